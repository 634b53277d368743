"""A parameter along a panel's side: its scale, its limits and a few of its values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sweeps.reports.scale import Scale, shortened, written

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

FEWEST_LETTERS = 6
"""Of a word, with the space behind it; shorter ones tell nothing."""
MARGIN = 0.04
"""Of the way from the lowest value to the highest, on each side."""


def along_x(axes: Axes, scale: Scale, most: int, room: int) -> None:
    """The parameter along x, with about so many values written; words in `room` for letters."""
    if scale.log:
        axes.set_xscale("log")
    axes.set_xlim(*_limits(scale))
    if scale.categories:
        axes.set_xticks(*beside_each_other(scale, room))
    else:
        _ticks(axes.xaxis, scale, most)


def beside_each_other(scale: Scale, room: int) -> tuple[list[float], list[str]]:
    """The categories as short as it takes, or only some of them, where they stand in a row."""
    if sum(len(label) + 1 for label in scale.labels) <= room:
        return scale.ticks(len(scale.labels))
    most = max(2, min(len(scale.labels), room // FEWEST_LETTERS))
    places, labels = scale.ticks(most)
    return places, [shortened(label, room // most - 1) for label in labels]


def along_y(axes: Axes, scale: Scale, most: int) -> None:
    """The parameter along y, with about so many values written."""
    if scale.log:
        axes.set_yscale("log")
    axes.set_ylim(*_limits(scale))
    _ticks(axes.yaxis, scale, most)


def _limits(scale: Scale) -> tuple[float, float]:
    if scale.categories:
        return scale.low - 0.5, scale.high + 0.5
    return scale.at_unit(-MARGIN), scale.at_unit(1 + MARGIN)


def _ticks(axis: Axis, scale: Scale, most: int) -> None:
    from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

    axis.set_minor_locator(NullLocator())
    if scale.categories:
        axis.set_ticks(*scale.ticks(most))
        return
    if scale.log:
        places = decades(scale.low, scale.high, most)
        if len(places) < 2:
            places = scale.ticks(max(2, most - 1))[0]
        axis.set_major_locator(FixedLocator(places))
    else:
        axis.set_major_locator(MaxNLocator(most, integer=scale.whole))
    axis.set_major_formatter(lambda place, _: written(place))


def decades(low: float, high: float, most: int) -> list[float]:
    """The powers of ten from `low` to `high`, at most so many."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    step = max(1, math.ceil((last - first + 1) / most))
    return [10.0**power for power in range(first, last + 1, step)]
