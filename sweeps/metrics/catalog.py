"""Metrics by name: which way is better, and on which kind of task they make sense.

Nothing heavy is imported here: sweep files are checked with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from search_spaces.spelling import nearest, suggestion
from search_spaces.values import shown
from sweeps.metrics.keras_names import KERAS_METRICS, keras_class
from sweeps.sweep import Goal
from sweeps.tasks.task import Kind

Source = Literal["trainer", "table", "keras", "user"]


@dataclass(frozen=True)
class Metric:
    """One metric. `name` is what it is logged under, after `val_` or the like.

    `source`: what every trainer measures anyway, the table below, one of `keras.metrics`, or a
    function of the user's. `path` is the latter's `module:name`, or the name of Keras's class.
    `goal` and `kinds` are None where nobody here can know. `needs` is what must be among the rows
    for it to mean anything: where it is missing, the metric is left out.
    """

    name: str
    goal: Goal | None
    source: Source
    kinds: tuple[Kind, ...] | None = None
    path: str = ""
    needs: str = ""


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
        Metric("auc", "maximize", "table", _CLASSES, needs="two classes"),
        Metric("balanced_accuracy", "maximize", "table", _CLASSES),
        Metric("r2", "maximize", "table", _NUMBERS, needs="two rows"),
        Metric("mse", "minimize", "table", _NUMBERS),
        Metric("rmse", "minimize", "table", _NUMBERS),
    )
}
"""Every metric that has a name of ours."""


def metric_for(text: str) -> Metric:
    """The metric that stands in a sweep file.

    A name of `METRICS`; `module:function` of the user's, logged under the function's name; or one
    of Keras's (`F1Score`, `top_k_categorical_accuracy`), logged as it is written. Raises ValueError
    for any other, with the nearest of these names.
    """
    if text in METRICS:
        return METRICS[text]
    if ":" in text:
        return Metric(text.rpartition(":")[2].rpartition(".")[2], None, "user", path=text)
    path = keras_class(text)
    if path is None:
        raise ValueError(
            f"{shown(text)} is no metric; {nearest_metric(text, METRICS)}; "
            "a function of your own is `my_metrics:name`"
        )
    goal, kinds = KERAS_METRICS[path]
    return Metric(text, goal, "keras", kinds, path)


def names_of(metrics: tuple[str, ...]) -> dict[str, Metric]:
    """The metrics of a sweep file by the names that they are logged under."""
    return {metric.name: metric for metric in map(metric_for, metrics)}


def nearest_metric(text: str, known: Iterable[str], prefixes: Sequence[str] = ("",)) -> str:
    """The end of a message about an unknown metric: the nearest name, or all that are `known`.

    Keras's many are thought of, but not listed. `prefixes` may stand before each name.
    """
    names = list(known)
    # Of names that differ in case only, the last one is suggested.
    everything = [first + name for first in prefixes for name in (*KERAS_METRICS, *names)]
    if nearest(text, everything) is not None:
        return suggestion(text, everything)
    return suggestion(text, [prefixes[0] + name for name in names])
