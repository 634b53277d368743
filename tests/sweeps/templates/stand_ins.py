"""Stand-ins for Slurm's commands, Ray's and ours: each notes how it was called."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

NOTE = """\
#!/bin/bash
printf -v note ' %q' "$@"
printf '%s%s\\n' "$(basename "$0")" "$note" >>"$NOTES"
"""
"""One line a call, each word quoted; written at once, since others note theirs meanwhile."""
BLOCK = """\
trap 'kill $!; exit 143' TERM
sleep 60 &
wait $!
"""
BEGIN = """\
[[ $1 != status ]] || exit "$UNKNOWN"
until (($(grep -c '^ray start' "$NOTES") >= STARTS)); do sleep 0.01; done
echo >"$BEGUN"
[[ $HOLD ]] || exit "$CODE"
"""
STATUS = """\
if [[ $1 == status ]]; then
  echo "Active:"
  for node in $NODES; do echo " 1 node_$node"; done
  exit 0
fi
"""
PROGRAMS = {
    "sweeps": BEGIN + BLOCK,
    "scontrol": '[[ $1 == show ]] && printf "%s\\n" $NODES\nexit 0\n',
    "srun": 'while [[ $1 == -* ]]; do shift; done\nexec "$@"\n',
    "ray": STATUS + BLOCK,
}
"""What each does once it has noted its call."""


@dataclass
class Cluster:
    """A made-up Slurm: `run` is a job's life in it.

    `hold`: the sweep goes on until it is told to end. `code`: what it ends with otherwise.
    `known`: the ledger has the sweep from an earlier turn.
    """

    folder: Path
    hold: bool = False
    code: int = 0
    known: bool = False
    nodes: tuple[str, ...] = ("localhost",)
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, script: str, *, end_it: bool = False) -> int:
        """The job's exit code; with `end_it` it is sent SIGTERM as soon as the sweep has begun."""
        self._install()
        # One call of srun starts Ray on the first node, another one on all others.
        starts = min(2, len(self.nodes)) if "ray start" in script else 0
        job = self.folder / "job.sh"
        job.write_text(script)
        environment = self._environment() | {"STARTS": str(starts)}
        process = subprocess.Popen(["bash", job, "my.yaml"], env=environment, cwd=self.folder)
        try:
            (self.folder / "begun").read_text()  # waits until somebody has written to it
            if end_it:
                process.send_signal(signal.SIGTERM)
            return process.wait(30)
        finally:
            process.kill()
            process.wait()

    def calls(self, name: str) -> list[list[str]]:
        """How a command was called, in order."""
        lines = (self.folder / "notes").read_text().splitlines()
        return [words[1:] for line in lines if (words := shlex.split(line))[0] == name]

    def _install(self) -> None:
        programs = self.folder / "bin"
        programs.mkdir()
        for name, body in PROGRAMS.items():
            (programs / name).write_text(NOTE + body)
            (programs / name).chmod(0o755)
        os.mkfifo(self.folder / "begun")

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "NOTES": str(self.folder / "notes"),
            "BEGUN": str(self.folder / "begun"),
            "HOLD": "1" if self.hold else "",
            "CODE": str(self.code),
            "UNKNOWN": "0" if self.known else "2",
            "NODES": " ".join(self.nodes),
            "SLURM_JOB_ID": "4711",
            "SLURM_JOB_NODELIST": "some",
            "SLURM_CPUS_PER_TASK": "8",
            "SWEEPS_LEDGER": "postgresql://sweeps@db/sweeps",
            "MLFLOW_TRACKING_URI": "http://mlflow:5000",
            **self.variables,
        }
