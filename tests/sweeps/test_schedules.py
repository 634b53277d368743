from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sweeps.recipe import Recipe
from sweeps.schedules import learning_rates

STEPS = 4


def rates(config: dict[str, Any], epochs: int = 6) -> list[float]:
    recipe = Recipe.read({"learning_rate": 0.2, "epochs": 6, **config})
    return [float(rate) for epoch in range(epochs) for rate in learning_rates(recipe, epoch, STEPS)]


def test_constant() -> None:
    assert rates({}) == pytest.approx([0.2] * 24)


def test_step_falls_after_whole_epochs() -> None:
    found = rates({"decay": "step", "decay.step.drop": 0.5, "decay.step.every_epochs": 3})
    assert found == pytest.approx([0.2] * 12 + [0.1] * 12)


def test_exponential_falls_at_every_step() -> None:
    found = rates(
        {
            "decay": "exponential",
            "decay.exponential.rate": 0.5,
            "decay.exponential.every_epochs": 2,
        }
    )
    assert found == pytest.approx([0.2 * 0.5 ** (step / 8) for step in range(24)])


def test_cosine_spans_the_recipes_epochs_and_stays_down() -> None:
    found = rates({"decay": "cosine", "decay.cosine.final_fraction": 0.1}, epochs=8)
    share = [min(step / 24, 1.0) for step in range(32)]
    expected = [0.2 * (0.9 * 0.5 * (1 + math.cos(math.pi * at)) + 0.1) for at in share]
    assert found == pytest.approx(expected)
    assert found[-1] == pytest.approx(0.02)


def test_cosine_restarts_grow_longer_and_lower() -> None:
    name = "decay.cosine_restarts"
    found = rates(
        {
            "decay": "cosine_restarts",
            f"{name}.first_decay_steps": 3,
            f"{name}.period_multiplier": 2.0,
            f"{name}.peak_multiplier": 0.5,
            f"{name}.final_fraction": 0.2,
        }
    )
    expected = []
    for start, length, peak in ((0, 3, 1.0), (3, 6, 0.5), (9, 12, 0.25), (21, 24, 0.125)):
        for step in range(start, min(start + length, 24)):
            half = 0.5 * peak * (1 + math.cos(math.pi * (step - start) / length))
            expected.append(0.2 * (0.8 * half + 0.2))
    assert found == pytest.approx(expected)


def test_restarts_of_equal_length() -> None:
    name = "decay.cosine_restarts"
    found = rates(
        {
            "decay": "cosine_restarts",
            f"{name}.first_decay_steps": 5,
            f"{name}.period_multiplier": 1.0,
        }
    )
    half = [0.1 * (1 + math.cos(math.pi * step / 5)) for step in range(5)]
    assert found == pytest.approx((half * 5)[:24])


def test_rates_are_float32_and_one_per_step() -> None:
    found = learning_rates(Recipe.read({"decay": "cosine"}), 3, 7)
    assert found.dtype == np.float32
    assert found.shape == (7,)


def test_a_rate_beyond_float32_is_infinite_and_no_warning() -> None:
    growing = {"decay.exponential.rate": 1e30, "decay.exponential.every_epochs": 1}
    recipe = Recipe.read({"decay": "exponential", **growing})
    assert learning_rates(recipe, epoch=8, steps_per_epoch=2)[0] == np.inf
