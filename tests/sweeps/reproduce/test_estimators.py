from __future__ import annotations

import numpy as np
import pytest

from sweeps.reproduce import estimators
from sweeps.reproduce.estimators import Baseline
from sweeps.sweep import TaskChoice
from tests.sweeps.tiny_task import TinyTask


def baseline(estimator: str, **settings: object) -> Baseline:
    choice = TaskChoice("tiny")
    return Baseline("b", "a baseline", estimator, choice, **settings)  # type: ignore[arg-type]


@pytest.fixture(params=["classification", "regression"])
def task(request, monkeypatch) -> TinyTask:
    tiny = TinyTask(kind=request.param)
    monkeypatch.setattr(estimators, "task_for", lambda choice: tiny)
    return tiny


def test_it_is_fitted_on_train_rows_and_judged_on_the_test_rows_of_each_split(task):
    if task.kind == "classification":
        scores = baseline("sklearn.linear_model:LogisticRegression", repeats=3).scores(None)
        assert set(scores[0]) == {"train_accuracy", "test_accuracy"}
        assert 0.6 < scores[0]["test_accuracy"] <= 1
    else:
        scores = baseline("sklearn.linear_model:LinearRegression", repeats=3).scores(None)
        assert set(scores[0]) == {"train_mae", "train_loss", "test_mae", "test_loss"}
        # Targets are sums of the columns, rounded: a linear model is off by a quarter on average.
        assert scores[0]["train_mae"] < 0.5
        assert scores[0]["train_loss"] < 0.5
    assert list(scores) == [0, 1, 2]
    assert len({tuple(score.values()) for score in scores.values()}) == 3


def test_the_number_of_splits_can_be_asked_for(task):
    assert list(baseline("sklearn.dummy:DummyRegressor", repeats=3).scores(1)) == [0]


def test_with_folds_it_is_cross_validated_on_the_train_rows(monkeypatch):
    tiny = TinyTask()
    monkeypatch.setattr(estimators, "task_for", lambda choice: tiny)
    options = {"loss": "log_loss", "max_iter": 1, "random_state": 42}
    scores = baseline("sklearn.linear_model:SGDClassifier", options=options, folds=4).scores(7)
    assert list(scores) == [0]
    from sklearn.linear_model import SGDClassifier
    from sklearn.model_selection import StratifiedKFold

    rows = tiny.rows(0)
    (x,) = tiny.scaled(rows.x_train, rows.x_train)
    expected = []
    for train, held_out in StratifiedKFold(4).split(x, rows.y_train):
        with pytest.warns(UserWarning, match="Maximum number of iteration"):
            model = SGDClassifier(**options).fit(x[train], rows.y_train[train])
        expected.append(model.score(x[held_out], rows.y_train[held_out]))
    assert scores[0] == {"val_accuracy": pytest.approx(np.mean(expected))}
