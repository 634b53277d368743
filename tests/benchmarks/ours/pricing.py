"""Finds the price of a shipped sweep: python -m tests.benchmarks.ours.pricing FILE."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from sweeps.executors.where import Where
from sweeps.price.calibration import calibrated
from sweeps.reading.sweep_file import load_sweep
from tests.benchmarks.child import report


def main(file: Path) -> None:
    """As `sweeps plan` does, in a folder without a store."""
    sweep = load_sweep(file)
    began = time.time()
    price = calibrated(sweep, Where(workers=None), new_store=True)
    report(price.fits, time.time() - began, began, price=price.to_dict())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
