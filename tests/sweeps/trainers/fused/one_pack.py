"""Fits trained together, as one pack: on a task where all goes well, or one to go astray on."""

from __future__ import annotations

from collections.abc import Sequence

from sweeps.problem import Problem
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit, Outcome
from tests.sweeps.tiny_task import TinyTask
from tests.sweeps.trainers.fitting import DEEP, problem_on


def train(fits: Sequence[Fit], problem: Problem | None = None) -> list[Outcome]:
    return FusedFit().train(Pack(tuple(fits)), problem or problem_on(), None)


def astray(fits: Sequence[Fit]) -> list[Outcome]:
    """On a regression, whose gradient grows with its error: a network cannot just die."""
    return train(fits, problem_on("val_loss", TinyTask(kind="regression")))


ASTRAY = {
    **DEEP,
    "optimizer": "sgd",
    "learning_rate": 1e-3,
    "decay": "exponential",
    "decay.exponential.rate": 1e3,
    "decay.exponential.every_epochs": 1,
}
"""Well for a few epochs, while its rate rises and rises."""
