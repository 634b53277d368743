"""A place to run sweeps with made-up scores: a store, a tracker and a trainer for one test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sweeps import coordinator, parts
from sweeps.ledger.ledger import Ledger
from sweeps.reading.sweep import read_sweep
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.trial import Result
from sweeps.watcher import Summary
from tests.sweeps.fakes import FakeTrainer, MemoryTracker
from tests.sweeps.tiny_task import TinyTask

DOCUMENT = {
    "task": "penguins",
    "space": {"width": {"low": 1, "high": 500}, "learning_rate": {"low": 0.001, "high": 0.1}},
    "search": {"backend": "random", "trials": 10, "batch": 4},
}
RANDOM = read_sweep(DOCUMENT)


class Bench:
    """A store, a tracker and a trainer for one test."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = Store.at(folder)
        self.tracker = MemoryTracker()
        self._monkeypatch = monkeypatch
        monkeypatch.setattr(parts, "task_for", lambda *_: TinyTask())
        self.train_with(FakeTrainer())

    def train_with(self, trainer: Any) -> None:
        self._monkeypatch.setattr(parts, "trainer_for", lambda *_: trainer)

    def run(self, sweep: Sweep = RANDOM, **options: Any) -> Summary:
        return coordinator.run(sweep, store=self.store, tracker=lambda: self.tracker, **options)

    def resume(self, sweep_id: str, **options: Any) -> Summary:
        return coordinator.resume(
            sweep_id, store=self.store, tracker=lambda: self.tracker, **options
        )

    def ledger(self) -> Ledger:
        return Ledger.open(self.store.ledger_url)

    def results(self, sweep_id: str) -> list[Result]:
        ledger = self.ledger()
        try:
            return ledger.results(sweep_id)
        finally:
            ledger.close()
