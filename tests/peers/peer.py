"""Somebody who has code already, and adds a sweep file of a few lines to it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

from sweeps import coordinator
from sweeps.ledger.ledger import Ledger
from sweeps.reading.sweep_file import load_sweep
from sweeps.store import Store
from sweeps.trial import Result
from sweeps.watcher import Summary
from tests.sweeps.fakes import MemoryTracker

PICTURES = """
    import numpy as np

    def load():
        rng = np.random.default_rng(0)
        y = rng.integers(0, 10, 120)
        x = rng.normal(0.0, 0.3, (120, 8, 8, 1)).astype("float32")
        x[np.arange(120), y % 8, y // 2] += 2.0
        return (x[:90], y[:90]), (x[90:], y[90:])
    """
"""Ten classes, told apart by one bright pixel each."""


class Peer:
    """A folder of theirs, and what comes of a sweep in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("pictures.py", PICTURES)

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.write_text(dedent(text))
        return file

    def run(self, sweep_file: str, **options: Any) -> tuple[Summary, list[Result]]:
        """The whole sweep of that file, begun as the command would, and its results."""
        sweep = load_sweep(self.write("sweep.yaml", sweep_file))
        store = Store.at(self.folder / "store")
        summary = coordinator.run(sweep, store=store, tracker=MemoryTracker, **options)
        ledger = Ledger.open(store.ledger_url)
        try:
            return summary, ledger.results(summary.sweep_id)
        finally:
            ledger.close()
