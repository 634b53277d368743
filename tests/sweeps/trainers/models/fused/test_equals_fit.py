"""Trained together, every member is what Keras's own fit makes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from sweeps.trainers.models.member import Fitted
from tests.sweeps.trainers.models.fused import work
from tests.sweeps.trainers.models.workers import Workers


def close(found: npt.ArrayLike, wanted: npt.ArrayLike) -> None:
    np.testing.assert_allclose(found, wanted, rtol=2e-4, atol=2e-5)


def assert_same(found: Fitted, wanted: Fitted) -> None:
    assert (found.error, wanted.error) == (None, None)
    assert found.epochs == wanted.epochs
    assert set(found.history) == set(wanted.history)
    for name, values in wanted.history.items():
        close(found.history[name], values)
    assert set(found.figures) == set(wanted.figures)
    for name, value in wanted.figures.items():
        close(found.figures[name], value)
    assert set(found.outputs) == set(wanted.outputs)
    for split, outputs in wanted.outputs.items():
        close(found.outputs[split], outputs)
    assert len(found.weights) == len(wanted.weights)
    for one, other in zip(found.weights, wanted.weights, strict=True):
        close(one, other)


SLOW = [pytest.param(case, marks=pytest.mark.slow) for case in work.SLOW_CASES]


@pytest.mark.parametrize("case", [*work.CASES, *SLOW])
def test_members_are_what_keras_makes_of_them(workers: Workers, case: str) -> None:
    pairs = workers.call("jax", work.both_ways, case)
    assert len(pairs) == 2
    for found, wanted in pairs:
        assert_same(found, wanted)
    losses = [found.figures["train_loss"] for found, _ in pairs]
    assert len(set(losses)) == 2


def test_members_see_their_own_rows_and_diverge_alone(workers: Workers) -> None:
    first, diverged, last = workers.call("jax", work.on_two_folds)
    assert_same(*first)
    assert_same(*last)
    found, wanted = diverged
    assert found.error == wanted.error
    assert found.error.reason == "diverged"
    assert found.history == wanted.history
    assert (found.figures, found.outputs, found.weights) == ({}, {}, ())


@pytest.mark.slow
def test_members_that_lack_memory_together_are_trained_in_lanes_half_as_wide(
    workers: Workers,
) -> None:
    tried, fitted, wanted = workers.call("jax", work.starved)
    assert tried == [4, 4, 2, 2, 2, 2]
    for found, same in zip(fitted, wanted, strict=True):
        assert_same(found, same)


@pytest.mark.slow
def test_training_goes_on_from_a_checkpoint(workers: Workers, tmp_path: Path) -> None:
    resumed, whole = workers.call("jax", work.in_two_halves, str(tmp_path))
    for found, wanted in zip(resumed, whole, strict=True):
        assert_same(found, wanted)
        assert len(found.history["loss"]) == 4
