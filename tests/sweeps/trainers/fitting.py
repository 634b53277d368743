"""Fits of the tiny task, and how a trainer under test is asked for them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest

from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from sweeps.trainers.trainer import Pack, Trainer
from sweeps.trial import Fit, Outcome, Trial
from tests.sweeps.tiny_task import TinyTask

DEEP = {
    "layer_count": 2,
    "width": 9,
    "batch_size": 8,
    "learning_rate": 0.02,
    "epochs": 9,
}
EVERYTHING = {
    **DEEP,
    "dropout": 0.3,
    "decay": "cosine",
    "regularizers.kernel_l2": 0.01,
    "regularizers.activity_l1": 0.01,
    "early_stopping.patience": 4,
    "early_stopping.restore_best": True,
}


def problem_on(
    metric: str = "val_accuracy", task: TinyTask | None = None, validation: float = 0.2
) -> Problem:
    return Problem(task or TinyTask(), Evaluate(validation=validation), Objective(metric), seed=0)


def fit_of(config: Mapping[str, Any], seed: int = 1, **changes: Any) -> Fit:
    budget = changes.pop("budget", config.get("epochs", 3))
    return Fit(Trial(0, dict(config)), fold=0, repeat=0, seed=seed, budget=budget, **changes)


def same(first: Outcome, second: Outcome) -> bool:
    """Equal bit for bit, but for the time they took and the fit's checkpoints and budget."""
    return (first.metrics, first.history, first.confusion, first.error) == (
        second.metrics,
        second.history,
        second.confusion,
        second.error,
    )


class Fitting:
    """What the parts of the contract have in common: a trainer, and its process's environment."""

    trainer: Trainer

    @pytest.fixture(autouse=True)
    def environment(self) -> None:
        for name, value in self.trainer.environment.items():
            os.environ.setdefault(name, value)

    def train(self, fit: Fit, problem: Problem | None = None) -> Outcome:
        (outcome,) = self.trainer.train(Pack((fit,)), problem or problem_on(), None)
        assert outcome.fit == fit
        assert outcome.seconds > 0
        return outcome
