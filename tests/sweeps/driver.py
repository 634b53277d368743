"""Runs or resumes one sweep in a process of its own and prints a line for everything it keeps.

    python -m tests.sweeps.driver run FILE STORE WORKERS
    python -m tests.sweeps.driver resume SWEEP STORE WORKERS

MLflow's address comes from MLFLOW_TRACKING_URI.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sweeps import coordinator
from sweeps.store import Store
from sweeps.sweep_file import load_sweep
from sweeps.trial import Result
from sweeps.watcher import Summary


class Teller:
    """Prints `began ID`, `finished NUMBER` after each commit, and `ended ENDING` at the end."""

    def began(self, sweep_id: str, name: str, total: int | None, done: int) -> None:
        print("began", sweep_id, flush=True)

    def finished(self, result: Result, best: Result | None) -> None:
        print("finished", result.trial.number, flush=True)

    def said(self, line: str) -> None:
        print("said", line, flush=True)

    def ended(self, summary: Summary) -> None:
        print("ended", summary.ending, summary.unsent, flush=True)


def main(action: str, what: str, store: str, workers: str) -> None:
    where = Store.at(Path(store))
    if action == "run":
        sweep = load_sweep(Path(what))
        coordinator.run(sweep, store=where, workers=int(workers), watcher=Teller())
    else:
        coordinator.resume(what, store=where, workers=int(workers), watcher=Teller())


if __name__ == "__main__":
    main(*sys.argv[1:])
