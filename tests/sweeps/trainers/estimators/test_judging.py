from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.svm import SVC, LinearSVC

from sweeps.problem import Problem
from sweeps.sweep import Evaluate
from sweeps.tasks.task import Part
from sweeps.trainers.estimators.judging import judged
from sweeps.user_code.user_code import UserCodeError
from tests.sweeps.tiny_task import TinyTask
from tests.sweeps.trainers.fitting import problem_on


@dataclass(frozen=True)
class TwoClasses(TinyTask):
    """Two classes, told apart by one output."""

    @property
    def outputs(self) -> int:
        return 1


def measuring(task: TinyTask | None = None, *metrics: str) -> Problem:
    return replace(problem_on(task=task), evaluate=Evaluate(metrics=metrics))


def parts() -> tuple[Part, Part]:
    data = problem_on().data(0, 0)
    return data.train, data.test


def of_two(part: Part) -> Part:
    return Part(part.x, (part.y == 1).astype(np.int64))


def test_loss_and_accuracy_are_those_of_scikit_learn() -> None:
    train, test = parts()
    estimator = LogisticRegression().fit(train.x, train.y)
    figures, matrix = judged(estimator, test, "test_", measuring())
    probabilities = estimator.predict_proba(test.x)
    assert figures["test_loss"] == pytest.approx(log_loss(test.y, probabilities, labels=[0, 1, 2]))
    assert figures["test_accuracy"] == estimator.score(test.x, test.y)
    assert matrix is not None
    assert np.trace(matrix) == round(figures["test_accuracy"] * 15)


def test_a_class_that_was_never_seen_has_a_probability_of_nothing() -> None:
    train, test = parts()
    seen = train.y != 1
    estimator = LogisticRegression().fit(train.x[seen], train.y[seen])
    figures, matrix = judged(estimator, test, "test_", measuring(None, "auc"))
    assert figures["test_loss"] > 10
    assert matrix is not None
    assert [row[1] for row in matrix] == [0, 0, 0]
    assert 0 < figures["test_auc"] < 1


def test_two_classes_from_one_output() -> None:
    train, test = map(of_two, parts())
    estimator = LogisticRegression().fit(train.x, train.y)
    figures, matrix = judged(estimator, test, "test_", measuring(TwoClasses(), "auc"))
    scores = estimator.predict_proba(test.x)[:, 1]
    assert figures["test_auc"] == pytest.approx(roc_auc_score(test.y, scores))
    assert np.shape(matrix) == (2, 2)


@pytest.mark.parametrize("estimator", [LinearSVC(), SVC(), SVC(decision_function_shape="ovo")])
def test_without_probabilities_there_is_no_loss(estimator: Any) -> None:
    train, test = parts()
    estimator.fit(train.x, train.y)
    figures, _ = judged(estimator, test, "test_", measuring(None, "auc", "f1"))
    assert figures.keys() == {"test_accuracy", "test_auc", "test_f1"}
    assert figures["test_auc"] > 0.8


def test_the_area_is_that_of_the_decision_function() -> None:
    train, test = map(of_two, parts())
    estimator = LinearSVC().fit(train.x, train.y)
    figures, _ = judged(estimator, test, "test_", measuring(TwoClasses(), "auc"))
    assert figures["test_auc"] == pytest.approx(
        roc_auc_score(test.y, estimator.decision_function(test.x))
    )


def test_without_scores_the_area_is_that_of_one_threshold() -> None:
    class Certain:
        def predict(self, x: Any) -> Any:
            return (x[:, 0] > 0).astype(int)

    _, test = map(of_two, parts())
    figures, _ = judged(Certain(), test, "test_", measuring(TwoClasses(), "auc"))
    assert figures["test_auc"] == pytest.approx(roc_auc_score(test.y, test.x[:, 0] > 0))


def test_metrics_of_classes_are_of_what_is_predicted() -> None:
    """As those of scikit-learn's scorers: a threshold of its own counts."""

    class Bold(DummyClassifier):
        def predict(self, x: Any) -> Any:
            return np.ones(len(x), np.int64)

    train, test = map(of_two, parts())
    estimator = Bold(strategy="prior").fit(train.x, train.y)
    figures, _ = judged(estimator, test, "test_", measuring(TwoClasses(), "recall", "auc"))
    assert figures["test_recall"] == 1.0
    assert figures["test_auc"] == 0.5


def test_sparse_rows_stay_sparse() -> None:
    train, test = parts()
    estimator = LogisticRegression().fit(csr_array(train.x), train.y)
    sparse, _ = judged(estimator, Part(csr_array(test.x), test.y), "test_", measuring())
    dense, _ = judged(estimator, test, "test_", measuring())
    assert sparse["test_loss"] == pytest.approx(dense["test_loss"])


@pytest.mark.parametrize(
    ("predicted", "message"),
    [
        (np.full(15, 0.5), "no class numbers"),
        (np.array(["red"] * 15), "no class numbers"),
        (np.zeros(14), "no class numbers"),
        (np.full(15, 3), "predict gave class 3, and the task has 3"),
        (np.full(15, -1), "predict gave class -1"),
        (np.full(15, np.nan), "no class numbers"),
    ],
)
def test_predictions_that_are_no_classes(predicted: Any, message: str) -> None:
    class Odd:
        def predict(self, x: Any) -> Any:
            return predicted

    with pytest.raises(UserCodeError, match=message):
        judged(Odd(), parts()[1], "test_", measuring())


def test_predictions_of_another_shape() -> None:
    class Odd:
        def predict(self, x: Any) -> Any:
            return np.zeros((len(x), 2))

        def predict_proba(self, x: Any) -> Any:
            return np.zeros((len(x), 5))

    with pytest.raises(UserCodeError, match=r"predict gave \(15, 2\) for targets \(15,\)"):
        judged(Odd(), parts()[1], "test_", measuring(TinyTask(kind="regression")))


@pytest.mark.parametrize("shape", [(15,), (15, 1)])
def test_targets_in_a_column_are_met_by_predictions_without(shape: tuple[int, ...]) -> None:
    class Zero:
        def predict(self, x: Any) -> Any:
            return np.zeros(len(x))

    test = Part(parts()[1].x, np.arange(15.0).reshape(shape))
    figures, _ = judged(Zero(), test, "test_", measuring(TinyTask(kind="regression")))
    assert figures == {"test_mae": 7.0, "test_loss": pytest.approx(np.mean(np.arange(15.0) ** 2))}
