"""Metrics that mean nothing on a kind of task."""

from __future__ import annotations

import pytest

from sweeps.errors import SweepError
from sweeps.metrics.suitability import refuse_unsuitable
from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.task import Kind


@pytest.mark.parametrize(
    ("metric", "metrics", "kind"),
    [
        ("val_accuracy", (), "classification"),
        ("val_loss", ("mse", "R2Score"), "regression"),
        ("val_gini", ("my_metrics:gini", "mean_squared_error"), "classification"),
        ("val_gini", ("my_metrics:gini", "mean_squared_error"), "regression"),
        ("val_what_the_model_says", (), "regression"),
    ],
)
def test_what_suits_passes(metric: str, metrics: tuple[str, ...], kind: Kind) -> None:
    refuse_unsuitable(Objective(metric), Evaluate(metrics=metrics), kind)


@pytest.mark.parametrize(
    ("metric", "kind", "message"),
    [
        (
            "val_accuracy",
            "regression",
            "val_accuracy means nothing on a regression task; "
            "measured there: val_loss, val_mae, val_r2, val_mse, val_rmse",
        ),
        (
            "test_mae",
            "classification",
            "test_mae means nothing on a classification task; measured there: test_loss, "
            "test_accuracy, test_f1, test_precision, test_recall, test_auc, "
            "test_balanced_accuracy",
        ),
    ],
)
def test_an_objective_that_does_not_is_refused(metric: str, kind: Kind, message: str) -> None:
    with pytest.raises(SweepError) as caught:
        refuse_unsuitable(Objective(metric), Evaluate(), kind)
    assert (caught.value.message, caught.value.path) == (message, ("objective",))


def test_one_that_is_evaluated_by_itself_is_the_objective_s_fault() -> None:
    with pytest.raises(SweepError) as caught:
        refuse_unsuitable(Objective("val_f1"), Evaluate(metrics=("r2", "f1")), "regression")
    assert caught.value.path == ("objective",)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("r2", "classification"), ("auc", "regression"), ("f1_score", "regression")],
)
def test_each_metric_is_refused_at_its_place(name: str, kind: Kind) -> None:
    with pytest.raises(SweepError) as caught:
        refuse_unsuitable(Objective("val_loss"), Evaluate(metrics=("loss", name)), kind)
    assert caught.value.path == ("evaluate", "metrics", 1)
    assert caught.value.message.startswith(f"{name} means nothing on a {kind} task")
