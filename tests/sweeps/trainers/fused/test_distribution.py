"""From seeds of their own, fused and Keras networks are as good as each other."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.penguins import Penguins
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.keras_fit import ENVIRONMENT, KerasFit
from sweeps.trainers.trainer import Trainer
from sweeps.trial import Fit, Trial

SEEDS = 200
LEAST = 0.005
"""The smallest p that passes; of six tests on alike trainers, one in 33 runs falls below it."""

Floats = npt.NDArray[np.float64]


def accuracies(trainer: Trainer, layers: int, first_seed: int) -> Floats:
    """On the test rows, of the study's network with so many hidden layers."""
    problem = Problem(Penguins(), Evaluate(), Objective("test_accuracy"), seed=0)
    config = {"layer_count": layers, "width": 100, "batch_size": 32, "epochs": 5}
    seeds = range(first_seed, first_seed + SEEDS)
    fits = [Fit(Trial(seed, config), 0, 0, seed, 5) for seed in seeds]
    outcomes = [
        outcome
        for pack in trainer.pack(fits, problem)
        for outcome in trainer.train(pack, problem, None)
    ]
    return np.array([outcome.metrics["test_accuracy"] for outcome in outcomes])


def difference_of_means(first: Floats, second: Floats, axis: int) -> Floats:
    found: Floats = first.mean(axis=axis) - second.mean(axis=axis)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("layers", [0, 1, 2])
def test_accuracies_come_from_the_same_distribution(
    layers: int, record_property: Callable[[str, object], None]
) -> None:
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    fused = accuracies(FusedFit(), layers, first_seed=0)
    keras = accuracies(KerasFit(), layers, first_seed=10_000)
    shape = stats.ks_2samp(fused, keras).pvalue
    mean = stats.permutation_test(
        (fused, keras), difference_of_means, vectorized=True, n_resamples=9999, rng=0
    ).pvalue
    report = {
        "kolmogorov_smirnov_p": float(shape),
        "permutation_p": float(mean),
        "fused_mean": float(fused.mean()),
        "keras_mean": float(keras.mean()),
    }
    for key, figure in report.items():
        record_property(key, figure)
    print(f"{layers} hidden layers, {SEEDS} seeds each: {report}")
    assert min(shape, mean) >= LEAST, report
