"""How long an experiment will take with the Keras trainer, before anything is trained."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from sweeps.plan import expected_trials
from sweeps.recipe import Recipe
from sweeps.sweep import Sweep
from sweeps.trial import Config

TRAIN_ROWS = 275

# Seconds, measured on two cores without a GPU. A fit costs some for building and tracing its
# network, more for every layer, and little for each training step.
PER_FIT = 0.2
PER_LAYER = 0.06
PER_STEP = 0.0002
PER_SWEEP = 3.0

HYPERBAND_SHARE = 0.5
"""Epochs that a Hyperband trial trains, of the maximum, on average over its brackets."""


def seconds(sweep: Sweep) -> float:
    """Estimated wall time of the sweep on one worker."""
    fits = max(1, sweep.evaluate.folds) * sweep.evaluate.repeats
    kept = 1 - 1 / sweep.evaluate.folds if sweep.evaluate.folds else 1.0
    share = HYPERBAND_SHARE if sweep.search.backend == "hyperband" else 1.0
    return PER_SWEEP + fits * sum(_fit_seconds(config, kept, share) for config in _configs(sweep))


def _fit_seconds(config: Config, kept: float, share: float) -> float:
    recipe = Recipe.read(config)
    layers = len(recipe.layers)
    steps = recipe.epochs * share * math.ceil(TRAIN_ROWS * kept / recipe.batch_size)
    return PER_FIT + layers * PER_LAYER + steps * PER_STEP


def _configs(sweep: Sweep) -> Iterator[Config]:
    """The grid, or as many random configurations as there will be trials."""
    if sweep.search.backend == "grid":
        yield from (sweep.space.at(index) for index in range(sweep.space.count or 0))
        return
    rng = random.Random(0)
    for _ in range(expected_trials(sweep) or 0):
        yield sweep.space.draw(rng)


def in_words(duration: float) -> str:
    """Seconds as a person would say them."""
    if duration < 90:
        return f"{max(10, round(duration, -1)):.0f} seconds"
    if duration < 90 * 60:
        return f"{duration / 60:.0f} minutes"
    return f"{duration / 3600:.1f} hours"
