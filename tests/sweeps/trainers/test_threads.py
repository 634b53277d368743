"""Results do not depend on how many cores a worker has, so not on how many workers there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sweeps.cores import THREADS
from sweeps.executors.processes import Processes
from sweeps.problem import Problem
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.model_fit import ModelFit
from sweeps.trainers.trainer import Trainer
from sweeps.trial import Fit, Outcome
from tests.sweeps.trainers.fitting import DEEP, fit_of, problem_on
from tests.sweeps.trainers.models.problems import problem_for

MODEL = {"units": 100, "batch_size": 8}
RATES = [0.01 * (1 + number) for number in range(12)]
MODELS = [fit_of({**MODEL, "rate": rate}, seed=at, budget=3) for at, rate in enumerate(RATES)]
NETWORKS = [
    fit_of({**DEEP, "width": 40 * (1 + at % 3), "learning_rate": rate}, seed=at, budget=3)
    for at, rate in enumerate(RATES)
]


def trained(
    trainer: Trainer, fits: list[Fit], problem: Problem, environment: Mapping[str, str]
) -> list[Outcome]:
    worker = Processes(1, {**trainer.environment, **environment})
    try:
        packs = trainer.pack(fits, problem)
        calls = [worker.submit(trainer.train, pack, problem, None) for pack in packs]
        return [outcome for call in calls for outcome in call.result()]
    finally:
        worker.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("trainer", "fits", "problem"),
    [
        pytest.param(FusedFit(), NETWORKS, problem_on(), id="networks"),
        pytest.param(ModelFit("jax", "always"), MODELS, problem_for("plain:build"), id="models"),
    ],
)
def test_outcomes_are_equal_to_the_last_bit(
    trainer: Trainer, fits: list[Fit], problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KERAS_BACKEND", raising=False)  # other tests leave it in this process
    one, several = (trained(trainer, fits, problem, {THREADS: threads}) for threads in ("1", "12"))
    assert all(outcome.error is None for outcome in one)
    for first, second in zip(one, several, strict=True):
        assert (first.fit, figures(first)) == (second.fit, figures(second))


def figures(outcome: Outcome) -> Any:
    return outcome.metrics, outcome.history, outcome.confusion
