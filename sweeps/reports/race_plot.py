"""Best so far against epochs spent, a line and a band a backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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
    _named(axes, picture.bands)
    noted(figure, picture.note)
    return saved(figure, path)


def _named(axes: Axes, bands: Mapping[str, Band]) -> None:
    """A name at the right end of each line, moved up where names would cover each other."""
    low, high = axes.get_ylim()
    ends = sorted((float(band.middle[-1]), backend) for backend, band in bands.items())
    lowest = low
    for value, backend in ends:
        at = max(value, lowest)
        lowest = at + LEAST_GAP * (high - low)
        axes.annotate(
            backend,
            (1.0, (at - low) / (high - low)),
            xycoords="axes fraction",
            xytext=(6, 0),
            textcoords="offset points",
            fontsize=9,
            color=COLOURS.get(backend, INK),
            verticalalignment="center",
            annotation_clip=False,
        )
