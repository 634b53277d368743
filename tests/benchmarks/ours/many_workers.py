"""A sweep of fits that take a fixed time, in worker processes, with clocks beside it.

    python -m tests.benchmarks.ours.many_workers WORKERS SECONDS TRIALS [LEDGER]

LEDGER is an SQLAlchemy address; without one the ledger is a file here. MLflow's address comes from
MLFLOW_TRACKING_URI; without one nothing is sent. What MLflow lacks at the end is not waited for.
Workers import this module as well, so what only the coordinator needs is imported where it begins.
"""

from __future__ import annotations

import sys


def main(workers: str, seconds: str, trials: str, url: str = "") -> None:
    from tests.benchmarks.ours.coordinated import measured

    measured(int(workers), float(seconds), int(trials), url)


if __name__ == "__main__":
    main(*sys.argv[1:])
