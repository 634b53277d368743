"""The study's baseline: a logistic regression on the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sweeps.tasks.task import Part, Task
from sweeps.trial import Confusion


@dataclass(frozen=True)
class Baseline:
    """Accuracies by name on each split, from split 0 up; the confusion matrices of split 0."""

    scores: Mapping[str, tuple[float, ...]]
    confusion: Confusion


def logistic_regression(task: Task, splits: int) -> Baseline:
    """scikit-learn's LogisticRegression with its defaults, fitted on each of the first splits."""
    from sklearn.linear_model import LogisticRegression

    train_scores, test_scores, confusions = [], [], []
    for split in range(splits):
        rows = task.rows(split)
        x_train, x_test = task.scaled(rows.x_train, rows.x_train, rows.x_test)
        train, test = Part(x_train, rows.y_train), Part(x_test, rows.y_test)
        model = LogisticRegression().fit(train.x, train.y)
        train_scores.append(float(model.score(train.x, train.y)))
        test_scores.append(float(model.score(test.x, test.y)))
        confusions.append({"train": _confusion(model, train), "test": _confusion(model, test)})
    scores = {"train_accuracy": tuple(train_scores), "test_accuracy": tuple(test_scores)}
    return Baseline(scores, confusions[0])


def _confusion(model: object, part: Part) -> tuple[tuple[int, ...], ...]:
    from sklearn.metrics import confusion_matrix

    counts = confusion_matrix(part.y, model.predict(part.x))  # type: ignore[attr-defined]
    return tuple(tuple(int(count) for count in row) for row in counts)
