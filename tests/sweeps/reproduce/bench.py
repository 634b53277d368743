"""A place to reproduce the study with made-up outcomes: a store, a tracker and a trainer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from sweeps import parts
from sweeps.problem import Problem
from sweeps.reproduce import repeats
from sweeps.reproduce.estimate import Pace
from sweeps.reproduce.penguins import Reproduction, Wanted, reproduce
from sweeps.store import Store
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Failure, Fit, Outcome
from tests.sweeps.fakes import MemoryTracker, RecordingWatcher, made_up


@dataclass(frozen=True)
class MadeUp:
    """Outcomes that look like those of real fits; `interrupting` breaks in at that trial.

    Trials from the number `failing` on diverge.
    """

    interrupting: int | None = None
    failing: int = 1000

    @property
    def environment(self) -> Mapping[str, str]:
        return {}

    def processes(self, cores: int) -> int:
        return 0

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:
        return [Pack((fit,)) for fit in fits]

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        if pack.fits[0].trial.number == self.interrupting:
            raise KeyboardInterrupt
        return [self._failed(fit) or self._outcome(fit) for fit in pack.fits]

    def _failed(self, fit: Fit) -> Outcome | None:
        if fit.trial.number < self.failing:
            return None
        return Outcome(fit, {}, {}, seconds=0.1, error=Failure("diverged", "loss became nan"))

    def _outcome(self, fit: Fit) -> Outcome:
        score = 0.9 + made_up(fit) / 10
        names = ("train_accuracy", "val_accuracy", "test_accuracy")
        matrix = ((50, 2, 0), (1, 40, 0), (3, 0, 20))
        return Outcome(
            fit,
            dict.fromkeys(names, score) | {"parameters": 21.0, "epochs": 5.0},
            {
                "loss": (2.0, 1.0),
                "test_loss": (2.0, 1.0),
                "accuracy": (0.5, score),
                "learning_rate": (0.2, 0.1),
            },
            seconds=0.1,
            confusion={"train": matrix, "test": matrix},
        )


class Bench:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = Store.at(folder)
        self.tracker = MemoryTracker()
        self.said: list[str] = []
        self._monkeypatch = monkeypatch
        self.train_with(MadeUp())
        self.at_pace(Pace(1e12, compiling=0.0))

    def at_pace(self, pace: Pace) -> None:
        self._monkeypatch.setattr(repeats, "measured", lambda sweep, executor: pace)

    def train_with(self, trainer: MadeUp) -> None:
        self._monkeypatch.setattr(parts, "trainer_for", lambda *_: trainer)

    def run(self, *only: str, **wanted: object) -> Reproduction:
        self.watcher = RecordingWatcher()
        return reproduce(
            Wanted(only=only, **wanted),  # type: ignore[arg-type]
            store=self.store,
            watcher=self.watcher,
            tracker=lambda: self.tracker,
            say=self.said.append,
        )


def rows_of(reproduction: Reproduction, name: str) -> tuple[tuple[str, ...], ...]:
    return next(table.rows for table in reproduction.tables if table.name == name)
