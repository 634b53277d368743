"""Padding and neighbours change nothing: a fit is the same alone and in any company."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from sweeps.problem import Problem
from sweeps.recipe import Recipe
from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.breast_cancer import BreastCancer
from sweeps.trainers.fused import packing
from sweeps.trainers.fused.bucket import Bucket, Sizes, bucket_of
from sweeps.trainers.fused.courses import courses_of
from sweeps.trainers.fused.jax_import import load, precise
from sweeps.trainers.fused.lane import LaneTraining
from sweeps.trainers.fused.packing import Lane
from sweeps.trainers.fused_fit import FusedFit, sizes_of
from sweeps.trainers.time_limit import TimeLimit
from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit, Trial
from tests.sweeps.trainers.fitting import same
from tests.sweeps.trainers.fused.cases import fit_to_keep, problem_with, weights_kept
from tests.sweeps.trainers.fused.examples import SMALL
from tests.sweeps.trainers.fused.keras_reference import Floats

CLOSE = 1e-9
AWKWARD = {
    "activation": "softplus",  # which is not 0 at 0, so that padding must be held at 0
    "dropout": 0.3,
    "regularizers.kernel_l2": 0.01,
    "regularizers.activity_l1": 0.01,
}
PROBLEM = problem_with("softmax")

UNROLLED: dict[str, Any] = {**SMALL, **AWKWARD, "width": 6, "batch_size": 5}
LOOPED: dict[str, Any] = {**UNROLLED, "layer_count": 4}
SHALLOW: dict[str, Any] = {**UNROLLED, "layer_count": 1}


def neighbours(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """15 configurations of the same bucket: wider, deeper where it is looped, larger batches."""
    deepest = 8 if config["layer_count"] > 3 else config["layer_count"]
    draw = random.Random(3)
    return [
        {
            **config,
            "width": draw.randint(7, 32),
            "layer_count": draw.randint(config["layer_count"], deepest),
            "batch_size": draw.randint(6, 8),
            "learning_rate": draw.uniform(0.001, 0.1),
            "dropout": draw.uniform(0.1, 0.6),
            "epochs": draw.randint(1, 5),
        }
        for _ in range(15)
    ]


def fits_among(config: Mapping[str, Any], folder: Path, mine: int) -> list[Fit]:
    """The fit of that configuration at that place, among 15 others."""
    configs: list[Mapping[str, Any]] = [*neighbours(config)]
    configs.insert(mine, config)
    return [
        fit_to_keep(one, folder, seed=100 + at if at != mine else 1, name=str(at))
        for at, one in enumerate(configs)
    ]


def far(first: Sequence[Floats], second: Sequence[Floats]) -> float:
    """The largest difference of any weight, as a share of its tensor's largest."""
    return max(
        float(np.abs(one - two).max() / np.abs(two).max())
        for one, two in zip(first, second, strict=True)
    )


@pytest.mark.parametrize(
    "config",
    [UNROLLED, pytest.param(LOOPED, marks=pytest.mark.slow)],
    ids=["unrolled", "looped"],
)
def test_alone_and_among_others_of_its_bucket(config: Mapping[str, Any], tmp_path: Path) -> None:
    trainer = FusedFit("float64")
    alone = fit_to_keep(config, tmp_path, name="alone")
    trainer.train(Pack((alone,)), PROBLEM, None)
    expected = weights_kept(alone)
    for mine in (0, 7, 15):
        fits = fits_among(config, tmp_path, mine)
        for ordered in (fits, fits[::-1]):
            trainer.train(Pack(tuple(ordered)), PROBLEM, None)
            assert far(weights_kept(fits[mine]), expected) <= CLOSE


@pytest.mark.parametrize(
    "config",
    [pytest.param(UNROLLED, marks=pytest.mark.slow), LOOPED],
    ids=["unrolled", "looped"],
)
def test_to_the_last_bit_in_a_lane_of_one_size(config: Mapping[str, Any], tmp_path: Path) -> None:
    """In float32, as sweeps are run: whoever sits in the other seats."""
    trainer = FusedFit()
    alone = fit_to_keep(config, tmp_path, name="alone")
    (expected,) = trainer.train(Pack((alone,)), PROBLEM, None)
    fits = fits_among(config, tmp_path, 7)
    outcome = trainer.train(Pack(tuple(fits)), PROBLEM, None)[7]
    assert same(outcome, expected)
    for ours, theirs in zip(weights_kept(fits[7]), weights_kept(alone), strict=True):
        assert ours.tobytes() == theirs.tobytes()


@pytest.mark.slow
def test_to_the_last_bit_in_what_is_left_of_a_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the lanes that they get where the idle part of a full one would cost too much."""
    monkeypatch.setattr(packing, "COMPILING", 0.0)
    evaluate, objective = Evaluate(), Objective("val_accuracy")
    problem = Problem(BreastCancer(), evaluate, objective, seed=1)
    config = {"layer_count": 2, "width": 32, "learning_rate": 0.04, "batch_size": 32, "epochs": 20}
    fits = [Fit(Trial(seed, config), 0, 0, seed, 20) for seed in range(12)]
    trainer = FusedFit()
    whole = trainer.train(Pack(tuple(fits)), problem, None)
    for left in (1, 2, 5):
        part = trainer.train(Pack(tuple(fits[:left])), problem, None)
        assert all(same(ours, theirs) for ours, theirs in zip(part, whole, strict=False))


def weights_in(bucket: Bucket, fits: Sequence[Fit]) -> list[Floats]:
    """The first fit's weights, trained in a lane of that bucket by hand."""
    courses = courses_of([(fit, Recipe.read(fit.trial.config)) for fit in fits], lambda _: 0)
    size = 1 << (len(courses) - 1).bit_length()
    device = load().devices()[0]
    with precise("float64"):
        lane = Lane(bucket, tuple(courses), size)
        training = LaneTraining.start(lane, PROBLEM, device, None)
        training.run(Event(), TimeLimit(fits))
    (kept,) = [ending.kept for ending in training.endings if ending.member == 0]
    assert kept is not None
    count = 2 * len(courses[0].recipe.layers) + 2
    return [kept.checkpoint.arrays[f"state_0_{at}"] for at in range(count)]


LARGER: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "wider": (UNROLLED, {"width": 64}),
    "deeper": (SHALLOW, {"depth": 8}),
    "deeper than unrolled": (UNROLLED, {"depth": 8}),
    "deeper than looped": (LOOPED, {"depth": 32}),
    "larger batches": (UNROLLED, {"batch": 32, "train_rows": 320, "rows": 384}),
    "more rows": (UNROLLED, {"train_rows": 128, "rows": 5000}),
    "options that it does not use": (
        {**SMALL, "width": 6},
        {"dropout": True, "penalties": True},
    ),
}


@pytest.mark.parametrize(
    "what",
    [
        "deeper",
        *(pytest.param(what, marks=pytest.mark.slow) for what in LARGER if what != "deeper"),
    ],
)
def test_larger_rooms_change_nothing(what: str, tmp_path: Path) -> None:
    config, changes = LARGER[what]
    sizes = sizes_of(PROBLEM)
    assert isinstance(sizes, Sizes)
    bucket = bucket_of(Recipe.read(config), sizes, "float64")
    fit = fit_to_keep(config, tmp_path)
    assert bucket != (larger := replace(bucket, **changes))
    assert far(weights_in(larger, [fit]), weights_in(bucket, [fit])) <= CLOSE


@pytest.mark.slow
def test_wider_deeper_and_larger_neighbours_change_nothing(tmp_path: Path) -> None:
    """One lane with room for all of them."""
    sizes = sizes_of(PROBLEM)
    assert isinstance(sizes, Sizes)
    own = bucket_of(Recipe.read(SHALLOW), sizes, "float64")
    room = replace(own, width=64, depth=8, batch=64, train_rows=512, rows=640)
    draw = random.Random(4)
    others: list[dict[str, Any]] = [
        {
            **UNROLLED,
            "width": draw.randint(1, 64),
            "layer_count": draw.randint(1, 8),
            "batch_size": draw.randint(5, 60),
            "epochs": draw.randint(1, 6),
        }
        for _ in range(15)
    ]
    mine = fit_to_keep(SHALLOW, tmp_path)
    company = [Fit(Trial(0, one), 0, 0, 50 + at, one["epochs"]) for at, one in enumerate(others)]
    assert far(weights_in(room, [mine, *company]), weights_in(own, [mine])) <= CLOSE
