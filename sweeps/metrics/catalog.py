"""Metrics by name: which way is better, and on which kind of task they make sense.

Nothing heavy is imported here: sweep files are checked with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sweeps.sweep import Goal
from sweeps.tasks.task import Kind

Source = Literal["trainer", "table", "keras", "user"]


@dataclass(frozen=True)
class Metric:
    """One metric. `name` is what it is logged under, after `val_` or the like.

    `source`: what every trainer measures anyway, the table below, one of `keras.metrics`, or a
    function of the user's. `path` is the latter's `module:name`, or Keras's name. `goal` and
    `kinds` are None where nobody here can know.
    """

    name: str
    goal: Goal | None
    source: Source
    kinds: tuple[Kind, ...] | None = None
    path: str = ""


_CLASSES: tuple[Kind, ...] = ("classification",)
_NUMBERS: tuple[Kind, ...] = ("regression",)

METRICS = {
    metric.name: metric
    for metric in (
        Metric("loss", "minimize", "trainer"),
        Metric("accuracy", "maximize", "trainer", _CLASSES),
        Metric("mae", "minimize", "trainer", _NUMBERS),
        Metric("f1", "maximize", "table", _CLASSES),
        Metric("precision", "maximize", "table", _CLASSES),
        Metric("recall", "maximize", "table", _CLASSES),
        Metric("auc", "maximize", "table", _CLASSES),
        Metric("balanced_accuracy", "maximize", "table", _CLASSES),
        Metric("r2", "maximize", "table", _NUMBERS),
        Metric("mse", "minimize", "table", _NUMBERS),
        Metric("rmse", "minimize", "table", _NUMBERS),
    )
}
"""Every metric that has a name of ours."""


def metric_for(text: str) -> Metric:
    """The metric that stands in a sweep file.

    A name of `METRICS`; `module:function` of the user's, logged under the function's name; or any
    other name, which is Keras's to know (`F1Score`, `top_k_categorical_accuracy`).
    """
    if text in METRICS:
        return METRICS[text]
    if ":" in text:
        return Metric(text.rpartition(":")[2].rpartition(".")[2], None, "user", path=text)
    return Metric(text, None, "keras", path=text)


def names_of(metrics: tuple[str, ...]) -> dict[str, Metric]:
    """The metrics of a sweep file by the names that they are logged under."""
    return {metric.name: metric for metric in map(metric_for, metrics)}
