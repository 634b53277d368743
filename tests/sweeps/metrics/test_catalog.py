"""What a name under `evaluate.metrics` stands for."""

from __future__ import annotations

import pytest

from sweeps.metrics.catalog import METRICS, Metric, metric_for, names_of


def test_names_of_ours_come_first() -> None:
    assert metric_for("precision") is METRICS["precision"]
    assert metric_for("mse").source == "table"


@pytest.mark.parametrize(
    ("text", "path", "goal"),
    [
        ("F1Score", "F1Score", "maximize"),
        ("f1_score", "F1Score", "maximize"),
        ("top_k_categorical_accuracy", "TopKCategoricalAccuracy", "maximize"),
        ("kl_divergence", "KLDivergence", "minimize"),
        ("msle", "MeanSquaredLogarithmicError", "minimize"),
    ],
)
def test_keras_names_are_known_however_they_are_written(text: str, path: str, goal: str) -> None:
    metric = metric_for(text)
    assert (metric.name, metric.source, metric.path, metric.goal) == (text, "keras", path, goal)


def test_a_function_is_logged_under_its_own_name() -> None:
    metric = metric_for("my_package.scores:Scores.gini")
    assert metric == Metric("gini", None, "user", path="my_package.scores:Scores.gini")


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("f1_scor", "did you mean 'F1Score'?"),
        ("balanced_acuracy", "did you mean 'balanced_accuracy'?"),
        ("acuracy", "did you mean 'accuracy'?"),
        ("TopKCategoricalAcuracy", "did you mean 'TopKCategoricalAccuracy'?"),
        ("qqqq", "known here: loss, accuracy, mae, f1,"),
        ("MeanIoU", "a function of your own is `my_metrics:name`"),
    ],
)
def test_any_other_name_is_refused_with_the_nearest(text: str, near: str) -> None:
    with pytest.raises(ValueError, match="is no metric") as caught:
        metric_for(text)
    assert near in str(caught.value)
    assert len(str(caught.value)) < 250


def test_names_as_they_are_logged() -> None:
    assert list(names_of(("auc", "my_metrics:gini", "F1Score"))) == ["auc", "gini", "F1Score"]
