"""Fits for both sides: what the fused trainer is asked for, and the same thing for Keras."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from sweeps import checkpoints
from sweeps.draws import dropout_seed, initial_weights, row_order
from sweeps.problem import Problem
from sweeps.recipe import Recipe
from sweeps.schedules import learning_rates
from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.inputs import is_sparse
from sweeps.tasks.task import Head, Inputs, head_of
from sweeps.trainers.fused.lane_arrays import parts
from sweeps.trainers.fused.masks import dropout_scale
from sweeps.trial import Fit, Outcome, Trial
from tests.sweeps.trainers.fused.keras_reference import Answer, Case, Epoch, Floats, cut
from tests.sweeps.trainers.fused.tasks import HeadTask

CLOSE = 1e-8
"""Of a tensor's largest weight, or of a figure's largest value: float64's rounding, no more."""


def fit_to_keep(config: Mapping[str, Any], folder: Path, seed: int = 1, name: str = "end") -> Fit:
    """A fit of that configuration whose weights can be had with `weights_kept`."""
    place = folder / f"{name}.npz"
    return Fit(Trial(0, dict(config)), 0, 0, seed, int(config["epochs"]), save_to=str(place))


def problem_with(head: Head, split: str = "val", rows: type[HeadTask] = HeadTask) -> Problem:
    task = rows(kind="regression" if head == "linear" else "classification", head=head)
    return Problem(task, Evaluate(validation=0.2), Objective(f"{split}_loss"), seed=0)


def case_of(fit: Fit, problem: Problem) -> Case:
    """The fit with everything drawn that is left to chance in it."""
    recipe, data = Recipe.read(fit.trial.config), problem.data(fit.fold, fit.repeat)
    rows = len(data.train.y)
    hidden = [layer.units for layer in recipe.layers]
    drawn = initial_weights(
        fit.seed, data.train.x.shape[1], hidden, problem.task.outputs, recipe.initializer
    )
    steps = -(-rows // recipe.batch_size)
    masks = masks_of(fit.seed, recipe, fit.budget * steps, min(rows, recipe.batch_size))
    epochs = []
    for number in range(fit.budget):
        batches = list(cut(row_order(fit.seed, number, rows), recipe.batch_size))
        rates = learning_rates(recipe, number, steps).astype(np.float64)
        its_masks = masks[number * steps : (number + 1) * steps]
        epochs.append(Epoch(batches, list(rates), its_masks))
    return Case(
        recipe=recipe,
        head=head_of(problem.task),
        splits={
            split: (_numbers(part.x), _targets(part.y, problem))
            for split, part in parts(data).items()
        },
        counts=None if data.train.weights is None else data.train.weights.astype(np.float64),
        watched=problem.objective.split,
        weights=[weight.astype(np.float64) for weight in drawn],
        epochs=epochs,
    )


def masks_of(seed: int, recipe: Recipe, steps: int, rows: int) -> list[dict[int, Floats]]:
    """For each step the masks (rows, units) of the layers that have dropout, in float64."""
    masks: list[dict[int, Floats]] = [{} for _ in range(steps)]
    for position, layer in enumerate(recipe.layers):
        if not layer.dropout:
            continue
        assert rows <= ROOM
        assert layer.units <= ROOM
        key = np.uint32(dropout_seed(seed, position))
        with jax.enable_x64():
            for step in range(steps):
                scale = _SCALE(key, np.uint32(step), np.float64(layer.dropout))
                masks[step][position] = np.asarray(scale)[:rows, : layer.units]
    return masks


ROOM = 64
"""Rows and units that masks are drawn for, all in one size so that they are compiled once."""

_SCALE = jax.jit(partial(dropout_scale, rows=ROOM, units=ROOM))


def _numbers(x: Inputs) -> Floats:
    return (x.toarray() if is_sparse(x) else x).astype(np.float64)


def _targets(labels: Any, problem: Problem) -> Any:
    if head_of(problem.task) == "softmax":
        return labels
    return labels.astype(np.float64).reshape(-1, problem.task.outputs)


def weights_kept(fit: Fit) -> list[Floats]:
    """The weights after the last epoch, out of the fit's checkpoint."""
    assert fit.save_to is not None
    found = checkpoints.load(Path(fit.save_to))
    assert found is not None
    names = [name for name in found.arrays if name.startswith("state_0_")]
    return [found.arrays[f"state_0_{at}"] for at in range(len(names))]


def assert_equal(outcome: Outcome, answer: Answer) -> None:
    """Weights, history and figures as Keras has them, up to rounding in float64."""
    assert outcome.error is None
    config = dict(outcome.fit.trial.config)
    worst = _distances(outcome, answer)
    assert max(worst.values()) <= CLOSE, (config, outcome.fit.seed, worst)


def _distances(outcome: Outcome, answer: Answer) -> dict[str, float]:
    """How far each tensor and each series is from Keras's, as a share of its largest value."""
    found = {
        f"weight {at}": _distance(ours, theirs)
        for at, (ours, theirs) in enumerate(
            zip(weights_kept(outcome.fit), answer.weights, strict=True)
        )
    }
    assert outcome.history.keys() == answer.history.keys() | {"learning_rate"}
    for name, values in answer.history.items():
        found[name] = _distance(outcome.history[name], values, answer.ties.get(name, 0.0))
    assert outcome.metrics.keys() == answer.metrics.keys() | {"parameters", "epochs"}
    for name, value in answer.metrics.items():
        tied = answer.final_ties.get(name, 0.0)
        found[f"final {name}"] = _distance(outcome.metrics[name], value, tied)
    return found


def _distance(ours: Any, theirs: Any, leeway: Any = 0.0) -> float:
    """The largest difference beyond the leeway, as a share of the largest value."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    assert ours.dtype == np.float64
    largest = np.abs(theirs).max()
    difference = np.maximum(np.abs(ours - theirs) - leeway, 0).max()
    return float(difference / largest) if largest else float(difference)


def some_slow(names: Iterable[str], every: int) -> list[Any]:
    """Of so many cases one in the default tests, which take minutes; all others are slow ones."""
    return [
        name if at % every == 0 else pytest.param(name, marks=pytest.mark.slow)
        for at, name in enumerate(names)
    ]
