"""Accuracy against the one quantity that an experiment varies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sweeps.reports.drawing import (
    GREY,
    INK,
    SPLIT_COLOURS,
    SPLIT_NAMES,
    dressed,
    keyed,
    new_figure,
    noted,
    saved,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Values = npt.NDArray[np.float64]

SMOOTHED = 9
"""Neighbouring values whose median is drawn as a line, where there are many values."""

MANY = 60


@dataclass(frozen=True)
class Curve:
    """What to draw. `scores` by split (`train`, `test`), then by value: one score per repeat.

    `marks` are values of x that the text speaks of, with a word about each.
    """

    title: str
    x_label: str
    scores: Mapping[str, Mapping[float, Sequence[float]]]
    marks: Mapping[float, str]
    note: str


def draw_curve(curve: Curve, path: Path) -> Path:
    """One repeat: a dot per value and the running median. More: the median and a 5-95 % band."""
    figure, (axes,) = new_figure()
    smoothed = False
    for split, scores in curve.scores.items():
        smoothed |= _draw(axes, scores, SPLIT_COLOURS[split], SPLIT_NAMES[split])
    dressed(axes, curve.title, curve.x_label, "accuracy (share of rows right)")
    axes.set_ylim(top=1.01)
    _mark(axes, curve.marks)
    keyed(axes)
    noted(figure, f"{curve.note} Lines: running medians." if smoothed else curve.note)
    return saved(figure, path)


def _draw(axes: Axes, scores: Mapping[float, Sequence[float]], colour: str, label: str) -> bool:
    """One split; whether its line is smoothed."""
    xs = np.array(list(scores))
    middle = np.array([np.median(each) for each in scores.values()])
    if any(len(each) > 1 for each in scores.values()):
        low, high = ([np.percentile(each, at) for each in scores.values()] for at in (5, 95))
        axes.fill_between(xs, low, high, color=colour, alpha=0.18, linewidth=0)
        style = "-" if len(xs) > MANY else "o-"
        axes.plot(xs, middle, style, markersize=4, linewidth=1.6, color=colour, label=label)
        return False
    if len(xs) > MANY:
        axes.plot(xs, middle, ".", markersize=4, alpha=0.45, color=colour)
        axes.plot(xs, _running_median(middle), linewidth=1.8, color=colour, label=label)
        return True
    axes.plot(xs, middle, "o-", markersize=4, linewidth=1.2, color=colour, label=label)
    return False


def _mark(axes: Axes, marks: Mapping[float, str]) -> None:
    for x, word in marks.items():
        axes.axvline(x, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
        axes.annotate(
            word,
            (x, 0.03),
            xycoords=("data", "axes fraction"),
            xytext=(4, 0),
            textcoords="offset points",
            fontsize=8,
            color=INK,
        )


def _running_median(values: Values) -> Values:
    """The median of as many values on either side; towards the ends of ever fewer."""
    last = len(values) - 1
    reaches = (min(SMOOTHED // 2, at, last - at) for at in range(len(values)))
    return np.array(
        [np.median(values[at - reach : at + reach + 1]) for at, reach in enumerate(reaches)]
    )
