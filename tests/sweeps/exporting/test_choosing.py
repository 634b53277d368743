from __future__ import annotations

from typing import Any

import pytest

from sweeps.draws import fit_seed
from sweeps.exporting.choosing import refit_of
from sweeps.problem import Problem
from sweeps.recipe import Recipe
from sweeps.subjects.own_code import OwnCode
from sweeps.sweep import Evaluate, Objective, SubjectChoice
from sweeps.trial import Part, Result, Trial
from tests.sweeps.tiny_task import TinyTask

PLAIN = {"width": 4, "epochs": 9}
STOPPING = {**PLAIN, "early_stopping.patience": 2}
RESTORING = {**STOPPING, "early_stopping.restore_best": True}


def problem(metric: str = "val_accuracy", **changes: Any) -> Problem:
    folds = Evaluate(folds=2, repeats=2, metrics=("f1",))
    return Problem(TinyTask(), folds, Objective(metric), seed=3, **changes)


def result(config: dict[str, Any], *epochs: int, budget: int | None = None, **history: Any) -> Any:
    parts = tuple(Part(fold, 0, {"epochs": n}, history, 1.0) for fold, n in enumerate(epochs))
    return Result(Trial(7, config, budget), 0.5, {}, {}, 1.0, parts=parts)


def test_all_training_rows_and_the_seed_of_a_test_objective() -> None:
    fit, whole = refit_of(problem(), result(PLAIN, 9, 9))
    data = whole.data(0, 0)
    assert data.val is None
    assert len(data.train.y) == 44
    assert whole.evaluate == Evaluate(metrics=("f1",))
    identity = Recipe.read(PLAIN).identity()
    assert (fit.seed, fit.budget) == (fit_seed(3, identity, 0, 0), 9)
    judged_on_test = problem("test_accuracy").data(0, 0)
    assert judged_on_test.train.x.tobytes() == data.train.x.tobytes()
    assert judged_on_test.test.x.tobytes() == data.test.x.tobytes()


def test_as_many_epochs_as_hyperband_granted() -> None:
    assert refit_of(problem(), result(PLAIN, 3, 3, budget=3))[0].budget == 3


def test_as_many_epochs_as_early_stopping_left_on_average() -> None:
    fit, _ = refit_of(problem(), result(STOPPING, 4, 7))
    assert fit.budget == 6
    assert fit.trial.config == PLAIN


def test_as_many_epochs_as_led_to_the_restored_weights() -> None:
    losses = (5.0, 3.0, 2.9, 2.0, 2.5, 2.4)
    best = result(RESTORING, 6, 6, val_loss=losses)
    assert refit_of(problem(), best)[0].budget == 4
    coarse = {**RESTORING, "early_stopping.min_delta": 1.5}
    assert refit_of(problem(), result(coarse, 6, 6, val_loss=losses))[0].budget == 2
    watched = {**RESTORING, "early_stopping.monitor": "accuracy"}
    rising = result(watched, 3, 3, val_accuracy=(0.1, 0.3, 0.2), val_loss=(3.0, 2.0, 1.0))
    assert refit_of(problem(), rising)[0].budget == 2
    on_test = result(RESTORING, 3, test_loss=(1.0, 2.0, 3.0))
    assert refit_of(problem("test_accuracy"), on_test)[0].budget == 1


@pytest.mark.parametrize("kind", ["model", "estimator"])
def test_names_in_the_users_code_are_theirs(kind: Any) -> None:
    own = OwnCode(SubjectChoice(kind, "own:make"), "")
    config = {"early_stopping.patience": 2, "early_stopping.restore_best": True}
    fit, _ = refit_of(problem(subject=own), result(config, 5, val_loss=(1.0, 2.0)))
    assert fit.trial.config == config
    assert fit.budget == 5
