"""Many trials as few marks: quantiles by block, and samples spread evenly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from sweeps.reports.drawing import BLUE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

T = TypeVar("T")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Band:
    """Trials that stand close together: from `left` to `right`, and the scores' quantiles."""

    left: float
    right: float
    scores: tuple[float, float, float, float, float]
    trials: int


def banded(pairs: Sequence[tuple[float, float]], edges: Sequence[float]) -> tuple[Band, ...]:
    """The scores by block between two edges, the last one included; empty blocks are left out."""
    places = np.array([place for place, _ in pairs])
    scores = np.array([score for _, score in pairs])
    blocks = np.clip(np.searchsorted(edges, places, side="right") - 1, 0, len(edges) - 2)
    found = []
    for block in np.unique(blocks):
        inside = scores[blocks == block]
        low, lower, middle, upper, high = (float(q) for q in np.quantile(inside, QUANTILES))
        ends = float(edges[block]), float(edges[block + 1])
        found.append(Band(*ends, (low, lower, middle, upper, high), len(inside)))
    return tuple(found)


def spread(items: Sequence[T], most: int) -> list[T]:
    """At most so many of them, at even distances, the first and the last among them."""
    if len(items) <= most:
        return list(items)
    picked = np.unique(np.round(np.linspace(0, len(items) - 1, most)).astype(int))
    return [items[at] for at in picked]


def thinned(places: Sequence[float], low: float, high: float, most: int) -> list[float]:
    """Places without those that would be drawn onto another, when there is room for so many."""
    width = (high - low) / most or 1.0
    return list({round((place - low) / width): place for place in places}.values())


def draw_bands(axes: Axes, bands: Sequence[Band], label: bool = True) -> None:
    """The middle half dark, 5 to 95 % light, the median as a line; a step for each block."""
    if not bands:
        return
    lefts = [band.left for band in bands]
    low, lower, middle, upper, high = zip(*(band.scores for band in bands), strict=True)
    widths = [band.right - band.left for band in bands]
    outer = [b - a for a, b in zip(low, high, strict=True)]
    inner = [b - a for a, b in zip(lower, upper, strict=True)]
    light = axes.bar(lefts, outer, widths, low, align="edge", color=BLUE, alpha=0.2, linewidth=0)
    dark = axes.bar(lefts, inner, widths, lower, align="edge", color=BLUE, alpha=0.35, linewidth=0)
    rights = [band.right for band in bands]
    lines = axes.hlines(middle, lefts, rights, color=BLUE, linewidth=1.6)
    if label:
        light.set_label("5-95 %")
        dark.set_label("25-75 %")
        lines.set_label("median")
