"""How long an experiment will take with the Keras trainer, before anything is trained."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator

from sweeps.plan import expected_trials, fits_per_trial
from sweeps.recipe import Recipe
from sweeps.sweep import Sweep
from sweeps.trainers.network import Blueprint
from sweeps.trial import Config

TRAIN_ROWS = 275
FEATURES = 6
CLASSES = 3

# Seconds, measured with one or two processes on two cores without a GPU: rough, as machines differ
# and processes share memory and caches. `layers` are dense ones, the head included.
#
# A process builds and traces a network once and uses it again for every fit of that shape.
PER_NETWORK = 0.04
PER_NETWORK_AND_LAYER = 0.05
# A fit draws weights, takes its steps, and looks at the test rows after every epoch.
PER_FIT = 0.02
PER_EPOCH_AND_LAYER = 0.0017
PER_STEP_AND_LAYER = 0.000045
# A process starts in START seconds and makes room for a new one after so many fits.
START = 4.0
FITS_PER_PROCESS = 200
PER_SWEEP = 0.7

HYPERBAND_SHARE = 0.5
"""Epochs that a Hyperband trial trains, of the maximum, on average over its brackets."""


def seconds(sweep: Sweep, workers: int = 1) -> float:
    """Estimated wall time of the sweep on so many workers, with a core for each.

    Every worker that trains a network has to build it first, so repeats on two workers cost two
    networks, and further ones only their training.
    """
    fits = fits_per_trial(sweep)
    kept = 1 - 1 / sweep.evaluate.folds if sweep.evaluate.folds else 1.0
    share = HYPERBAND_SHARE if sweep.search.backend == "hyperband" else 1.0
    recipes = [Recipe.read(config) for config in _configs(sweep)]
    work = fits * sum(_training_seconds(recipe, kept, share) for recipe in recipes)
    networks = Counter(_network(recipe) for recipe in recipes)
    work += sum(
        min(workers, fits * trials) * _building_seconds(network)
        for network, trials in networks.items()
    )
    work += START * (fits * len(recipes) / FITS_PER_PROCESS)
    return PER_SWEEP + work / workers


def _training_seconds(recipe: Recipe, kept: float, share: float) -> float:
    epochs = recipe.epochs * share
    steps = epochs * math.ceil(TRAIN_ROWS * kept / recipe.batch_size)
    layers = len(recipe.layers) + 1
    return PER_FIT + layers * (epochs * PER_EPOCH_AND_LAYER + steps * PER_STEP_AND_LAYER)


def _building_seconds(network: Blueprint) -> float:
    return PER_NETWORK + (len(network.layers) + 1) * PER_NETWORK_AND_LAYER


def _network(recipe: Recipe) -> Blueprint:
    """Equal for recipes that a process trains with one network."""
    return Blueprint.of(recipe, FEATURES, CLASSES, "softmax")


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
