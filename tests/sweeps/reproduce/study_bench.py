"""A place to reproduce any study with made-up outcomes on small data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from sweeps import parts
from sweeps.problem import Problem
from sweeps.reproduce import study_run
from sweeps.reproduce.reproduction import Reproduction
from sweeps.reproduce.saved import SavedModel
from sweeps.reproduce.study import study
from sweeps.reproduce.study_run import Asked, reproduce
from sweeps.store import Store
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Failure, Fit, Outcome
from tests.sweeps.fakes import MemoryTracker, RecordingWatcher, made_up


@dataclass(frozen=True)
class MadeUp:
    """Curves that rise and fall; `interrupting` breaks in at that trial, `failing` diverges."""

    interrupting: int | None = None
    failing: int | None = None

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
        measure = "mae" if problem.task.kind == "regression" else "accuracy"
        return [self._outcome(fit, measure) for fit in pack.fits]

    def _outcome(self, fit: Fit, measure: str) -> Outcome:
        if fit.trial.number == self.failing:
            return Outcome(fit, {}, {}, 0.1, error=Failure("diverged", "loss became nan"))
        score = 0.9 + made_up(fit) / 100
        curve = tuple(score - 0.001 * abs(epoch - 4) for epoch in range(1, fit.budget + 1))
        splits = ("train_", "val_", "test_")
        metrics = {f"{split}{name}": score for split in splits for name in (measure, "loss")}
        history = dict.fromkeys((measure, "loss", f"val_{measure}", "val_loss"), curve)
        return Outcome(fit, metrics | {"epochs": float(fit.budget)}, history, seconds=0.1)


class StudyBench:
    """Runs studies in one store; `said` and `tracker` keep what was said and logged."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = Store.at(folder / "store")
        self.tracker = MemoryTracker()
        self.said: list[str] = []
        self._monkeypatch = monkeypatch
        scores = {0: {"test_accuracy": 0.88, "saved_test_accuracy": 0.88}}
        monkeypatch.setattr(SavedModel, "scores", lambda *around: scores)
        self.train_with(MadeUp())

    def train_with(self, trainer: MadeUp) -> None:
        for module in (parts, study_run):
            self._monkeypatch.setattr(module, "trainer_for", lambda name, *around: trainer)

    def run(self, name: str, *only: str, **asked: object) -> Reproduction:
        self.watcher = RecordingWatcher()
        return reproduce(
            study(name),
            Asked(only=only, **asked),  # type: ignore[arg-type]
            store=self.store,
            watcher=self.watcher,
            tracker=lambda: self.tracker,
            say=self.said.append,
        )
