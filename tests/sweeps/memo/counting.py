"""Whole sweeps whose trainer counts what it was given to train."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sweeps.reading.sweep import read_sweep
from sweeps.tasks.task import Rows
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome
from tests.sweeps.bench import Bench
from tests.sweeps.fakes import FakeTrainer
from tests.sweeps.tiny_task import TinyTask

DOCUMENT: Mapping[str, Any] = {
    "task": "penguins",
    "space": {"width": {"low": 1, "high": 500}, "epochs": 3},
    "search": {"backend": "random", "trials": 6},
    "evaluate": {"folds": 2},
}


@dataclass(frozen=True)
class Counting(FakeTrainer):
    """Remembers what it was given to train."""

    trained: list[Fit] = field(default_factory=list, compare=False)

    def train(self, pack: Pack, problem: Any, progress: Progress | None) -> list[Outcome]:
        self.trained.extend(pack.fits)
        return super().train(pack, problem, progress)


@dataclass(frozen=True)
class OtherTask(TinyTask):
    """As many rows, a value of one of them another."""

    weights: tuple[tuple[int, float], ...] = ()
    test_label: int = 0
    value: float = 0.0

    def rows(self, split: int) -> Rows:
        rows = super().rows(split)
        y_test = rows.y_test.copy()
        y_test[0] = (y_test[0] + self.test_label) % 3
        x_train = rows.x_train.copy()
        x_train[5, 1] += self.value
        weights = dict(self.weights) or None
        return Rows(x_train, rows.y_train, rows.x_test, y_test, class_weights=weights)


def changed(**keys: Any) -> dict[str, Any]:
    return {**DOCUMENT, **keys}


def served(bench: Bench, document: Mapping[str, Any], **options: Any) -> int:
    """How many trials of a sweep came from the memo."""
    summary = bench.run(read_sweep(document), memo=True, **options)
    assert summary.ending == "finished"
    return sum("memo" in result.notes for result in bench.results(summary.sweep_id))
