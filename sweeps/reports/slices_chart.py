"""Slices: the score against each parameter, for the trials in which it is active."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweeps.reports.binning import Band, banded, draw_bands
from sweeps.reports.drawing import BLUE, ORANGE, dressed
from sweeps.reports.material import MOST_DOTS, Material, score_of
from sweeps.reports.parameter_axes import along_x
from sweeps.reports.picture import Chart
from sweeps.reports.scale import Scale, shortened
from sweeps.reports.score_axis import ScoreAxis, score_axis
from sweeps.trial import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PANELS = 12
BLOCKS = 20
GOLDEN = 0.618034


@dataclass(frozen=True)
class Slice:
    """One parameter's panel: dots, or bands that stand for them; and where the best trial is."""

    scale: Scale
    dots: tuple[tuple[float, float], ...]
    bands: tuple[Band, ...]
    best: tuple[float, float] | None

    def draw(self, axes: Axes, narrow: bool) -> None:
        """Onto a panel."""
        draw_bands(axes, self.bands)
        if self.dots:
            places, scores = zip(*self.dots, strict=True)
            size = 4 if narrow else 5
            axes.plot(places, scores, ".", color=BLUE, alpha=0.5, markersize=size)
        if self.best is not None:
            axes.plot(*self.best, "*", color=ORANGE, markersize=9, zorder=5)
        along_x(axes, self.scale, 3 if narrow else 6, 17 if narrow else 32)


@dataclass(frozen=True)
class Slices:
    """Panels, the most important parameter first."""

    axis: ScoreAxis
    panels: tuple[Slice, ...]
    binned: int
    others: int
    mixture: str = ""

    @property
    def alt(self) -> str:
        """What is to be seen."""
        names = ", ".join(panel.scale.name for panel in self.panels)
        return f"{self.axis.metric} of every trial against {names}"

    @property
    def note(self) -> str:
        """What the marks are, and what is not shown."""
        said = [
            "a star marks the best trial" if any(panel.best for panel in self.panels) else "",
            f"{self.binned:,} trials, binned" if self.binned else "",
            self.mixture,
            f"{self.others:,} less important parameters not shown" if self.others else "",
            self.axis.note,
        ]
        return "; ".join(one for one in said if one)

    def height(self, narrow: bool, /) -> float:
        """In inches."""
        rows = -(-len(self.panels) // self._columns(narrow))
        return (0.25 + 1.75 * rows) if narrow else 0.25 + 2.15 * rows

    def _columns(self, narrow: bool) -> int:
        return min(2 if narrow else 3, len(self.panels))

    def draw(self, figure: Figure, narrow: bool, /) -> None:
        """A grid of panels with one axis of scores."""
        columns = self._columns(narrow)
        rows = -(-len(self.panels) // columns)
        grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
        for position, axes in enumerate(grid.flat):
            if position >= len(self.panels):
                axes.set_visible(False)
                continue
            panel = self.panels[position]
            panel.draw(axes, narrow)
            y_label = self.axis.metric if position % columns == 0 else ""
            dressed(axes, "", shortened(panel.scale.name, 19 if narrow else 34), y_label)
        self.axis.set(grid[0][0])


def slices_of(material: Material) -> Slices | None:
    """Of two trials with a score or more, and at least one parameter that varies."""
    if len(material.scored) < 2 or not material.scales:
        return None
    shown = material.by_importance[:MOST_PANELS]
    many = len(material.scored) > MOST_DOTS
    return Slices(
        axis=score_axis(
            material.metric, [score_of(one) for one in material.scored], material.maximize
        ),
        panels=tuple(_slice(scale, material.scored, material.best, many) for scale in shown),
        binned=len(material.scored) if many else 0,
        others=len(material.scales) - len(shown),
        mixture=material.mixture,
    )


def _slice(scale: Scale, results: Sequence[Result], best: Result | None, many: bool) -> Slice:
    pairs = [
        (place, score_of(one), one.trial.number)
        for one in results
        if (place := _place(scale, one)) is not None
    ]
    at = None if best is None else _place(scale, best)
    return Slice(
        scale=scale,
        dots=() if many else tuple((_apart(scale, x, n), score) for x, score, n in pairs),
        bands=banded([(x, score) for x, score, _ in pairs], edges(scale)) if many else (),
        best=None if best is None or at is None else (at, score_of(best)),
    )


def _place(scale: Scale, result: Result) -> float | None:
    config = result.trial.config
    return scale.place(config[scale.name]) if scale.name in config else None


def _apart(scale: Scale, place: float, number: int) -> float:
    """Beside its category, so that trials of one do not hide each other."""
    return place + 0.5 * (number * GOLDEN % 1 - 0.5) if scale.categories else place


def edges(scale: Scale) -> list[float]:
    """Where blocks of a parameter's values begin and end."""
    if scale.categories:
        return [at - 0.5 for at in range(len(scale.categories) + 1)]
    if scale.whole and not scale.log and scale.high - scale.low < BLOCKS:
        return [at - 0.5 for at in range(int(scale.low), int(scale.high) + 2)]
    return [scale.at_unit(at / BLOCKS) for at in range(BLOCKS + 1)]


SLICES = Chart("slices", "Score against each parameter", slices_of)
