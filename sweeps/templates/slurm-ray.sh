#!/bin/bash
# A sweep on several nodes of a Slurm cluster: srun starts Ray on all of them for as long as it takes.
#
# Its syntax, its signals and its commands are checked; no Slurm cluster has run it yet.
#
#   export SWEEPS_LEDGER=postgresql://sweeps@HOST/sweeps  # the password belongs in ~/.pgpass
#   export MLFLOW_TRACKING_URI=http://HOST:5000
#   sbatch slurm-ray.sh sweep.yaml                        # in a folder that every node sees
#
# For GPUs add a line `#SBATCH --gpus-per-node=2`: each then has a worker of its own.
#
#SBATCH --job-name=sweep
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=32G
#SBATCH --time=04:00:00
#SBATCH --signal=B:TERM@300
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log
set -euo pipefail

: "${SWEEPS_LEDGER:?is a database that every node reaches: SQLite does not stand shared folders}"
: "${MLFLOW_TRACKING_URI:?is an MLflow server that every node reaches}"

file=${1:-sweep.yaml}
name=slurm-$SLURM_JOB_ID

# Whoever else is on these nodes must not be able to run anything in this cluster.
export RAY_AUTH_MODE=token
RAY_AUTH_TOKEN=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
export RAY_AUTH_TOKEN
export RAY_USAGE_STATS_ENABLED=0

mapfile -t nodes < <(scontrol show hostnames "$SLURM_JOB_NODELIST")
address=$(getent ahostsv4 "${nodes[0]}" | awk 'NR == 1 { print $1 }')
port=$((20000 + SLURM_JOB_ID % 20000))
step=(--overlap --ntasks-per-node=1 --cpus-per-task="$SLURM_CPUS_PER_TASK")
here=(--num-cpus="$SLURM_CPUS_PER_TASK" --block)
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT

# Workers are counted when the sweep begins, so it waits for the first node, and then for all.
until_there() {
  until (($(ray status --address "$address:$port" 2>/dev/null | grep -c '^ *1 node_') >= $1)); do
    if ((SECONDS > 600)); then
      echo "Ray is not on $1 nodes after 10 minutes" >&2
      exit 1
    fi
    sleep 2
  done
}
srun "${step[@]}" --nodes=1 --nodelist="${nodes[0]}" \
  ray start --head --node-ip-address="$address" --port="$port" --include-dashboard=false "${here[@]}" &
until_there 1
others=$((${#nodes[@]} - 1))
if ((others > 0)); then
  srun "${step[@]}" --nodes="$others" --exclude="${nodes[0]}" \
    ray start --address="$address:$port" "${here[@]}" &
  until_there "${#nodes[@]}"
fi

where=(--executor ray --address "$address:$port")
if [[ -n ${SLURM_GPUS_ON_NODE:-} ]]; then
  where+=(--gpu-share 1)
fi
if sweeps status "$name" >/dev/null 2>&1; then
  sweeps resume "$name" "${where[@]}" &
else
  sweeps run "$file" --set "name=$name" "${where[@]}" &
fi
sweep=$!

# Some minutes before its time is over, the job's script, and it alone, is sent SIGTERM: the sweep
# then finishes what is under way, and the job waits for its next turn.
trap 'kill -TERM "$sweep" || true' TERM
wait "$sweep" || true  # broken off by the signal, too
code=0
wait "$sweep" || code=$?
if ((code == 143)); then
  scontrol requeue "$SLURM_JOB_ID"
fi
exit "$code"
