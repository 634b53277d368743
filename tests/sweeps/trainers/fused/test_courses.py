"""Which fits are trained as one, and that they come to what they come to alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from sweeps.recipe import Recipe
from sweeps.trainers.fused.courses import Course, courses_of
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Trial
from tests.sweeps.trainers.fitting import DEEP, fit_of, problem_on, same

STOPPING = {**DEEP, "learning_rate": 0.3, "early_stopping.patience": 2}
RESTORING = {**STOPPING, "early_stopping.restore_best": True}
RESTARTS = {**DEEP, "decay": "cosine_restarts", "decay.cosine_restarts.first_decay_steps": 7}


def courses(fits: Sequence[Fit]) -> list[Course]:
    return courses_of([(fit, Recipe.read(fit.trial.config)) for fit in fits], lambda _: 0)


def over_epochs(config: Mapping[str, Any], **changes: Any) -> list[Fit]:
    return [fit_of({**config, "epochs": epochs}, **changes) for epochs in (4, 9, 2)]


@pytest.mark.parametrize("config", [DEEP, STOPPING, RESTARTS], ids=["plain", "stopping", "sgdr"])
def test_fits_that_differ_in_epochs_are_one_course(config: Mapping[str, Any]) -> None:
    fits = over_epochs(config)
    (course,) = courses(fits)
    assert course.fits == (fits[2], fits[0], fits[1])
    assert course.places == (2, 0, 1)
    assert course.epochs == 9
    assert course.first is fits[2]


@pytest.mark.parametrize(
    "config", [{**DEEP, "decay": "cosine"}, RESTORING], ids=["cosine", "restoring"]
)
def test_what_depends_on_the_end_is_not_shared(config: Mapping[str, Any]) -> None:
    assert len(courses(over_epochs(config))) == 3


def test_a_cosine_over_one_horizon_is_shared_by_its_rungs() -> None:
    fits = [fit_of({**DEEP, "decay": "cosine"}, budget=budget) for budget in (1, 3, 9)]
    assert [course.epochs for course in courses(fits)] == [9]


def test_equal_fits_are_trained_once() -> None:
    (course,) = courses([fit_of(RESTORING), fit_of(DEEP), fit_of(RESTORING)][::2])
    assert course.places == (0, 1)


@pytest.mark.parametrize(
    "changes", [{"seed": 2}, {"resume_from": "elsewhere"}], ids=["seed", "checkpoint"]
)
def test_other_beginnings_are_other_courses(changes: Mapping[str, Any]) -> None:
    assert len(courses([fit_of(DEEP), fit_of(DEEP, **changes)])) == 2


def test_folds_and_repeats_are_other_courses() -> None:
    fit = fit_of(DEEP)
    others = [Fit(fit.trial, fold, repeat, 1, 9) for fold, repeat in ((0, 0), (1, 0), (0, 1))]
    assert len(courses(others)) == 3


def test_courses_come_in_the_order_in_which_they_are_asked_for() -> None:
    fits = [fit_of({**DEEP, "width": width}) for width in (5, 3, 5, 4)]
    assert [course.places for course in courses(fits)] == [(0, 2), (1,), (3,)]


@pytest.mark.parametrize("config", [DEEP, STOPPING, RESTORING, RESTARTS])
def test_sharing_comes_to_what_separate_training_does(config: Mapping[str, Any]) -> None:
    """Bit for bit, in the order in which the fits are given."""
    trainer, problem = FusedFit(), problem_on()
    fits = [*over_epochs(config), *over_epochs(config), *over_epochs(config, seed=2)]
    together = trainer.train(Pack(tuple(fits)), problem, None)
    assert [outcome.fit for outcome in together] == fits
    for fit, outcome in zip(fits, together, strict=True):
        (alone,) = trainer.train(Pack((fit,)), problem, None)
        assert same(outcome, alone)
        assert outcome.error is None


def test_progress_is_told_to_every_fit_of_a_course() -> None:
    told: list[tuple[int, int]] = []
    fits = over_epochs(DEEP)
    FusedFit().train(
        Pack(tuple(fits)),
        problem_on(),
        Progress(lambda fit, epoch, _: told.append((fit.budget, epoch))),
    )
    assert sorted(told) == [
        (budget, epoch) for budget in (2, 4, 9) for epoch in range(1, budget + 1)
    ]


def test_repeats_see_equal_rows_unless_they_draw_splits_of_their_own() -> None:
    config = {"width": 3, "epochs": 2}
    fits = [Fit(Trial(0, config), 1, repeat, seed=repeat, budget=2) for repeat in (0, 1)]
    pairs = [(fit, Recipe.read(config)) for fit in fits]
    assert [course.rows for course in courses_of(pairs, lambda _: 0)] == [(1, 0), (1, 0)]
    assert [course.rows for course in courses_of(pairs, lambda repeat: repeat)] == [(1, 0), (1, 1)]
