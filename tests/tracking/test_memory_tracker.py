from __future__ import annotations

import pytest

from tests.tracking.memory_tracker import MemoryTracker, Runs
from tests.tracking.tracker_contract import Seen, TrackerContract
from tracking.tracker import Tracker


class TestMemoryTracker(TrackerContract):
    @pytest.fixture(autouse=True)
    def _store(self) -> None:
        self.runs: Runs = {}

    def open(self) -> Tracker:
        return MemoryTracker(self.runs)

    def seen(self, sweep_id: str) -> Seen:
        return [
            (number, run.seen()) for (owner, number), run in self.runs.items() if owner == sweep_id
        ]

    def wish(self, text: str) -> None:
        self.runs["3f9a2c", None].tags["sweeps.command"] = text
