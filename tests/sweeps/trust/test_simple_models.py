from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.no_rows import NoRows
from sweeps.tasks.task import Rows
from sweeps.tasks.words import place_columns
from sweeps.trust import simple_models
from sweeps.trust.baseline import Baseline
from sweeps.trust.simple_models import measure
from tests.sweeps.tiny_task import TinyTask

CONFIRMED = Evaluate(folds=4, repeats=2, confirm_top=3, confirm_repeats=2)


def _problem(
    task: Any = TinyTask(), evaluate: Evaluate = CONFIRMED, metric: str = "val_accuracy"
) -> Problem:
    goal = (
        "maximize" if metric.rpartition("_")[2] in ("accuracy", "r2", "f1", "auc") else "minimize"
    )
    return Problem(task, evaluate, Objective(metric, goal), seed=3)


def _measured(problem: Problem) -> Baseline:
    found = measure(problem)
    assert found is not None
    return found


@dataclass(frozen=True)
class Given(TinyTask):
    """The tiny task with its rows in another form, unscaled."""

    form: str = ""
    first_class: float | None = None

    @property
    def features(self) -> tuple[str, ...]:
        return place_columns(6) if self.form == "texts" else super().features

    def rows(self, split: int) -> Rows:
        rows = super().rows(split)
        y_test = rows.y_test
        x_train, x_test = (self._formed(x) for x in (rows.x_train, rows.x_test))
        weights = None if self.first_class is None else {0: self.first_class}
        if self.form == "no test rows":
            x_test, y_test = x_test[:0], y_test[:0]
        y_train = np.zeros_like(rows.y_train) if self.form == "one class" else rows.y_train
        return Rows(x_train, y_train, x_test, y_test, class_weights=weights)

    def _formed(self, x: Any) -> Any:
        if self.form == "pictures":
            return x.reshape(len(x), 2, 2, 1)
        if self.form == "sparse":
            from scipy.sparse import csr_array

            return csr_array(x.astype(np.float32))
        if self.form == "table":
            import pandas as pd

            table = pd.DataFrame(x[:, :2], columns=["a", "b"])
            table.loc[::7, "a"] = np.nan
            return table.assign(kind=np.where(x[:, 2] > 0, "high", "low"))
        if self.form == "texts":
            return (4 + 3 * np.arange(6) + np.clip(np.rint(x[:, [0, 1, 2, 3, 0, 1]]), -1, 1)).clip(
                0
            )
        if self.form == "gaps":
            return np.where(np.arange(x.size).reshape(x.shape) % 5 == 0, np.nan, x)
        return x

    def scaled(self, fitted_on: Any, *parts: Any) -> tuple[Any, ...]:
        return parts


def test_it_is_measured_on_the_rows_of_every_part() -> None:
    found = _measured(_problem())
    assert found.name == "logistic regression"
    places = [(part.repeat, part.fold) for part in found.parts]
    assert places == [(repeat, fold) for repeat in range(4) for fold in range(4)]
    assert all(part.error is None for part in found.parts)
    first = found.parts[0].metrics
    assert first["val_accuracy"] > 0.5
    assert {"val_loss", "test_accuracy", "test_loss"} <= first.keys()
    assert (first["train_rows"], first["val_rows"], first["test_rows"]) == (33, 11, 15)
    assert first["parameters"] == 3 * (4 + 1)


def test_search_repeats_have_the_same_rows_and_those_of_the_confirmation_others() -> None:
    by_repeat = [
        [part.metrics["val_loss"] for part in _measured(_problem()).parts if part.repeat == repeat]
        for repeat in range(4)
    ]
    assert by_repeat[0] == by_repeat[1]
    assert by_repeat[2] != by_repeat[0]
    assert by_repeat[3] != by_repeat[2]


def test_it_learns_from_the_training_rows_of_the_part_only() -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    problem = _problem()
    data = problem.data(1, 3)
    assert data.val is not None
    scaler = StandardScaler().fit(data.train.x)
    model = LogisticRegression(max_iter=1000).fit(scaler.transform(data.train.x), data.train.y)
    wanted = model.score(scaler.transform(data.val.x), data.val.y)
    (part,) = [one for one in _measured(problem).parts if (one.fold, one.repeat) == (1, 3)]
    assert part.metrics["val_accuracy"] == wanted


def test_numbers_are_predicted_by_ridge_regression() -> None:
    found = _measured(_problem(TinyTask(kind="regression"), metric="val_loss"))
    assert found.name == "ridge regression"
    metrics = found.parts[0].metrics
    assert {"val_loss", "val_mae"} <= metrics.keys()
    assert metrics["val_loss"] < 4.0


@pytest.mark.parametrize(
    "metric", ["val_f1", "test_auc", "train_accuracy", "val_balanced_accuracy"]
)
def test_the_objective_is_measured_whatever_it_is(metric: str) -> None:
    measure_name = metric.partition("_")[2]
    metrics = () if measure_name == "accuracy" else (measure_name,)
    problem = _problem(evaluate=Evaluate(metrics=metrics), metric=metric)
    (part,) = _measured(problem).parts
    assert 0.5 < part.metrics[metric] <= 1


@pytest.mark.parametrize(
    "form", ["pictures", "sparse", "table", "texts", "gaps", "no test rows", ""]
)
def test_rows_of_any_form(form: str) -> None:
    found = _measured(_problem(Given(form=form), Evaluate()))
    (part,) = found.parts
    assert part.error is None, part.error
    assert part.metrics["val_accuracy"] > 0.4


def test_rows_count_as_their_classes_do() -> None:
    plain = _measured(_problem(Given(), Evaluate())).parts[0].metrics
    weighed = _measured(_problem(Given(first_class=50.0), Evaluate())).parts[0].metrics
    assert plain["val_loss"] != weighed["val_loss"]


def test_a_part_that_cannot_be_says_why() -> None:
    (part,) = _measured(_problem(Given(form="one class"), Evaluate())).parts
    assert part.error is not None
    assert part.error.reason == "bad_configuration"
    assert "class" in part.error.message


def test_a_metric_that_a_linear_model_has_not() -> None:
    (part,) = _measured(_problem(evaluate=Evaluate(), metric="val_dice")).parts
    assert part.error is not None
    assert part.error.message == "a linear model has no val_dice"


@dataclass(frozen=True)
class Broken(TinyTask):
    def rows(self, split: int) -> Rows:
        raise RuntimeError("the disk is gone")


def test_rows_that_cannot_be_had() -> None:
    (part,) = _measured(_problem(Broken(), Evaluate())).parts
    assert part.error is not None
    assert "the disk is gone" in part.error.message


def test_a_function_without_rows_has_no_baseline() -> None:
    assert measure(_problem(NoRows("none"), Evaluate())) is None


def test_it_is_kept_as_text() -> None:
    found = _measured(_problem())
    assert Baseline.from_json(found.to_json()) == found


def test_nobody_waits_for_more_than_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simple_models, "PATIENCE", -1.0)
    found = _measured(_problem())
    assert {part.error.reason for part in found.parts if part.error} == {"timed_out"}
    assert len(found.parts) == 16


def test_large_tables_have_fewer_steps() -> None:
    small = np.zeros((100, 4))
    assert simple_models._steps(_problem(), small) == simple_models.MOST_STEPS
    pictures = np.broadcast_to(np.float32(0), (48_000, 784))
    assert 10 <= simple_models._steps(_problem(), pictures) < 100


def test_parts_of_the_same_rows_are_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    real = simple_models._part

    def counting(problem: Problem, fold: int, repeat: int) -> Any:
        asked.append((fold, repeat))
        return real(problem, fold, repeat)

    monkeypatch.setattr(simple_models, "_part", counting)
    fixed = replace(CONFIRMED, folds=0, repeats=5)
    measure(_problem(evaluate=fixed, metric="test_accuracy"))
    assert asked == [(0, 0)]
