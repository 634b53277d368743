"""Best so far against epochs spent, a line and a band a backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sweeps.race.curves import Band
from sweeps.reports.drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    dressed,
    new_figure,
    noted,
    saved,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = {"random": BLUE, "optuna": ORANGE, "hyperband": GREEN, "grid": PURPLE}
STYLES = {"random": "--", "optuna": "-", "hyperband": "-.", "grid": ":"}
"""So that lines are told apart without any colour."""
SETTLED = 0.1
"""The share of the epochs after which nobody needs to see everything."""
BY_FACTORS = 10.0
LEAST_GAP = 0.055
"""Between two names at the right, as a share of the axis."""


@dataclass(frozen=True)
class RacePicture:
    """What to draw: a band a backend, on one axis of epochs, and the small print."""

    title: str
    metric: str
    bands: Mapping[str, Band]
    note: str


def draw_race(picture: RacePicture, path: Path) -> Path:
    """Medians as steps, the lowest and highest of the repeats as bands, names at the lines."""
    figure, (axes,) = new_figure(width=8.2)
    for backend, band in picture.bands.items():
        colour = COLOURS.get(backend, GREY)
        axes.fill_between(
            band.epochs, band.low, band.high, step="post", color=colour, alpha=0.15, linewidth=0
        )
        style = STYLES.get(backend, "-")
        axes.step(band.epochs, band.middle, style, where="post", color=colour, linewidth=1.8)
    dressed(axes, picture.title, "epochs spent", f"best {picture.metric} so far")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.margins(x=0.0)
    if picture.bands:
        _framed(axes, picture.bands)
        _named(axes, picture.bands)
    noted(figure, picture.note)
    return saved(figure, path)


def _framed(axes: Axes, bands: Mapping[str, Band]) -> None:
    """Let the picture show what there is after the first tenth of the epochs: scores begin badly.

    Losses, which go on becoming smaller by factors, stand on a logarithmic axis.
    """
    later = []
    for band in bands.values():
        at = band.epochs >= SETTLED * band.epochs[-1]
        later += [band.low[at], band.high[at], band.middle[at]]
    values = np.concatenate(later)
    low, high = float(values.min()), float(values.max())
    if low > 0 and high > BY_FACTORS * low:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_ylim(low / 1.1, high * 1.1)
        return
    margin = 0.05 * (high - low) or 0.01
    axes.set_ylim(low - margin, high + margin)


def _named(axes: Axes, bands: Mapping[str, Band]) -> None:
    """A name at the right end of each line, apart from each other."""
    inside = axes.transData + axes.transAxes.inverted()
    ends = {
        backend: float(inside.transform((band.epochs[-1], band.middle[-1]))[1])
        for backend, band in bands.items()
    }
    for backend, at in _apart(ends).items():
        axes.annotate(
            backend,
            (1.0, at),
            xycoords="axes fraction",
            xytext=(6, 0),
            textcoords="offset points",
            fontsize=9,
            color=COLOURS.get(backend, INK),
            verticalalignment="center",
            annotation_clip=False,
        )


def _apart(heights: Mapping[str, float]) -> dict[str, float]:
    """The heights, moved up where they are closer than names may be, and down from the top."""
    names = sorted(heights, key=lambda name: heights[name])
    placed = dict(heights)
    for below, above in pairwise(names):
        placed[above] = max(placed[above], placed[below] + LEAST_GAP)
    limit = 1.0
    for name in reversed(names):
        placed[name] = min(placed[name], limit)
        limit = placed[name] - LEAST_GAP
    return placed
