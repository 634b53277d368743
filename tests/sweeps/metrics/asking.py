"""Metrics as a trainer asks for them, on tasks that are nothing but a number of outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.metrics.scoring import extra_metrics
from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from tests.sweeps.tiny_task import TinyTask

RNG_SEED = 3


@dataclass(frozen=True)
class Columns(TinyTask):
    """A task with that many outputs, whose rows nobody asks for."""

    columns_out: int = 3

    @property
    def outputs(self) -> int:
        return self.columns_out


def measured(
    *metrics: str, task: TinyTask, y: Any, outputs: Any, folder: str = "", prefix: str = ""
) -> dict[str, float]:
    problem = Problem(task, Evaluate(metrics=metrics), Objective(), 0, folder=folder)
    return extra_metrics(problem, np.asarray(y), np.asarray(outputs), prefix)


def three_classes(rows: int = 60) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Class numbers, and probabilities that lean to the true class."""
    rng = np.random.default_rng(RNG_SEED)
    y = rng.integers(0, 3, rows)
    leaning = rng.dirichlet(np.ones(3), rows) + 0.4 * np.eye(3)[y]
    return y, (leaning / leaning.sum(axis=1, keepdims=True)).astype(np.float32)


def two_classes(rows: int = 60) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Class numbers, and the probability of class 1, (rows, 1)."""
    rng = np.random.default_rng(RNG_SEED)
    y = (rng.random(rows) < 0.4).astype(np.int64)
    return y, np.clip(0.25 * y + rng.random(rows), 0, 1).astype(np.float32)[:, None]


def numbers(rows: int = 60, targets: int = 1) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Numbers to predict, (rows,) or (rows, targets), and predictions (rows, targets)."""
    rng = np.random.default_rng(RNG_SEED)
    y = rng.uniform(1, 5, (rows, targets))
    outputs = (y + rng.normal(scale=0.5, size=y.shape)).astype(np.float32)
    return (y[:, 0] if targets == 1 else y), outputs
