#!/bin/bash
# A sweep on one node of a Slurm cluster, which goes on by itself in the next turn.
#
# Its syntax, its signals and its commands are checked; no Slurm cluster has run it yet.
#
#   export SWEEPS_LEDGER=postgresql://sweeps@HOST/sweeps  # the password belongs in ~/.pgpass
#   export MLFLOW_TRACKING_URI=http://HOST:5000
#   sbatch slurm.sh sweep.yaml                            # in a folder that every node sees
#
# For GPUs add a line `#SBATCH --gpus-per-node=2`: each then has a worker of its own.
#
#SBATCH --job-name=sweep
#SBATCH --nodes=1
#SBATCH --ntasks=1
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
where=(--workers auto)
if [[ -n ${CUDA_VISIBLE_DEVICES:-} ]]; then
  where=(--gpus "$CUDA_VISIBLE_DEVICES")
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
