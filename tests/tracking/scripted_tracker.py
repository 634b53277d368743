"""A tracker that fails, refuses or waits as a test wants it to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from tests.tracking.memory_tracker import MemoryTracker
from tracking.records import (
    LiveRecord,
    SweepEnd,
    SweepFigures,
    SweepRecord,
    SweepState,
    TrialRecord,
)
from tracking.tracker import TrackingError

SOON = 20.0


class ScriptedTracker(MemoryTracker):
    """Does `trouble` before each call, which may raise or wait; remembers the calls that worked."""

    def __init__(self, trouble: Callable[[str, list[int]], None] = lambda *_: None) -> None:
        super().__init__({})
        self.trouble = trouble
        self.calls: list[tuple[str, list[int]]] = []
        self.asked = 0

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.calls]

    def wish(self, text: str) -> None:
        self.runs["3f9a2c", None].tags["sweeps.command"] = text

    def begin(self, record: SweepRecord) -> None:
        self.trouble("begin", [])
        super().begin(record)
        self.calls.append(("begin", []))

    def log(self, trials: Sequence[TrialRecord]) -> None:
        numbers = [one.number for one in trials]
        self.trouble("log", numbers)
        super().log(trials)
        self.calls.append(("log", numbers))

    def live(self, trials: Sequence[LiveRecord]) -> None:
        numbers = [one.number for one in trials]
        self.trouble("live", numbers)
        super().live(trials)
        self.calls.append(("live", numbers))

    def command(self, sweep_id: str) -> str:
        self.trouble("command", [])
        self.asked += 1
        return super().command(sweep_id)

    def show_state(self, record: SweepState) -> None:
        self.trouble("show_state", [])
        super().show_state(record)
        self.calls.append((record.state, []))

    def add_figures(self, samples: Sequence[SweepFigures]) -> None:
        steps = [metric.step for sample in samples for metric in sample.metrics]
        self.trouble("add_figures", steps)
        super().add_figures(samples)
        self.calls.append(("add_figures", steps))

    def end(self, record: SweepEnd) -> None:
        self.trouble("end", [])
        super().end(record)
        self.calls.append(("end", []))

    def close(self) -> None:
        self.calls.append(("close", []))


def failing(times: int, message: str = "store is away") -> Callable[[str, list[int]], None]:
    left = [times]

    def trouble(*_: object) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise TrackingError(message)

    return trouble


class Gate:
    """Lets nothing of one kind through until it is opened; `reached` once something waits."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.reached, self._open = threading.Event(), threading.Event()

    def __call__(self, name: str, _: list[int]) -> None:
        if name == self.kind:
            self.reached.set()
            assert self._open.wait(SOON)

    def open(self) -> None:
        self._open.set()
