"""Contour: how the score lies over the two parameters that mattered most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sweeps.reports.drawing import INK, dressed
from sweeps.reports.material import MOST_DOTS, Material, score_of
from sweeps.reports.parameter_axes import along_x, along_y
from sweeps.reports.picture import Chart, LeftOut
from sweeps.reports.scale import Scale
from sweeps.reports.score_axis import ScoreAxis, score_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEWEST = 12
"""Fewer trials leave most of a plane to guesses."""
BLOCKS, FEWEST_BLOCKS = 20, 5
FINE = 64
"""Points of the smoothed surface along a range of numbers."""
REACH = 0.09
"""How far around it a trial speaks for, as a share of the axis."""
FAINT = 0.15
"""The least weight of trials that a point of the surface is drawn for."""
COLOURS = "viridis"

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Contour:
    """A grid of scores over two scales: `values` (y, x), NaN where no trial is near.

    `smooth` values are a mean of what is near, others the mean of a block's trials.
    """

    x: Scale
    y: Scale
    axis: ScoreAxis
    maximize: bool
    values: Numbers
    dots: tuple[tuple[float, float], ...]
    trials: int
    smooth: bool
    mixture: str = ""

    @property
    def alt(self) -> str:
        """What is to be seen."""
        return f"{self.axis.metric} over {self.x.name} and {self.y.name}, {self.trials:,} trials"

    @property
    def note(self) -> str:
        """How colours come about."""
        more = f"; {self.mixture}" if self.mixture else ""
        if self.smooth:
            return f"dots are trials; colours between them are a mean of those near{more}"
        return f"{self.trials:,} trials, binned; each field is the mean of those in it{more}"

    def height(self, narrow: bool, /) -> float:
        """In inches."""
        return 3.1 if narrow else 4.2

    def draw(self, figure: Figure, narrow: bool, /) -> None:
        """The surface, the trials on it, and what the colours mean."""
        axes = figure.subplots()
        surface = axes.pcolormesh(
            _edges(self.x, self.values.shape[1]),
            _edges(self.y, self.values.shape[0]),
            np.ma.masked_invalid(self.values),
            cmap=COLOURS if self.maximize else f"{COLOURS}_r",
            vmin=self.axis.low,
            vmax=self.axis.high,
            rasterized=True,
        )
        self._dots(axes)
        along_x(axes, self.x, 4 if narrow else 8, 30 if narrow else 90)
        along_y(axes, self.y, 6)
        dressed(axes, "", self.x.title, self.y.title)
        axes.grid(visible=False)
        bar = figure.colorbar(surface, ax=axes, aspect=30, pad=0.02)
        bar.outline.set_visible(False)
        bar.set_label(self.axis.metric, color=INK)

    def _dots(self, axes: Axes) -> None:
        if self.dots:
            xs, ys = zip(*self.dots, strict=True)
            axes.plot(
                xs,
                ys,
                "o",
                markersize=3.5,
                markerfacecolor="white",
                markeredgecolor=INK,
                markeredgewidth=0.7,
            )


def contour_of(material: Material) -> Contour | LeftOut | None:
    """Of the two most important parameters, ranges of numbers before choices."""
    if len(material.scales) < 2 or material.several:
        return None
    x, y = pair_of(material.by_importance)
    points = [
        (at_x, at_y, score_of(one))
        for one in material.scored
        if x.name in one.trial.config
        and y.name in one.trial.config
        and (at_x := x.place(one.trial.config[x.name])) is not None
        and (at_y := y.place(one.trial.config[y.name])) is not None
    ]
    if len(points) < FEWEST:
        return LeftOut(f"fewer than {FEWEST} trials have {x.name} and {y.name}")
    smooth = not x.categories and not y.categories and len(points) <= MOST_DOTS
    dots = tuple((a, b) for a, b, _ in points) if smooth else ()
    return Contour(
        x=x,
        y=y,
        axis=score_axis(material.metric, [score for *_, score in points], material.maximize),
        maximize=material.maximize,
        values=smoothed(x, y, points) if smooth else averaged(x, y, points),
        dots=dots,
        trials=len(points),
        smooth=smooth,
        mixture=material.mixture,
    )


def pair_of(scales: Sequence[Scale]) -> tuple[Scale, Scale]:
    """Two scales, by importance; ranges first, since a surface says most about them."""
    ranges = [scale for scale in scales if not scale.categories]
    first, second = (ranges + [scale for scale in scales if scale.categories])[:2]
    return first, second


def smoothed(x: Scale, y: Scale, points: Sequence[tuple[float, float, float]]) -> Numbers:
    """The mean of near scores by their distance (Nadaraya and Watson), at `FINE` x `FINE` points.

    Distances are shares of the axes; what is far from all trials is NaN.
    """
    places = np.array([(x.unit(a), y.unit(b)) for a, b, _ in points])
    scores = np.array([score for *_, score in points])
    steps = (np.arange(FINE) + 0.5) / FINE
    across, up = np.meshgrid(steps, steps)
    squares = (across[..., None] - places[:, 0]) ** 2 + (up[..., None] - places[:, 1]) ** 2
    weights = np.exp(-squares / (2 * REACH**2))
    whole = weights.sum(axis=-1)
    near = whole > FAINT
    return np.where(near, (weights @ scores) / np.where(near, whole, 1.0), np.nan)


def averaged(x: Scale, y: Scale, points: Sequence[tuple[float, float, float]]) -> Numbers:
    """The mean score of each field: a category or a block of numbers by another.

    Ranges have as many blocks as leave a few trials for each.
    """
    blocks = min(BLOCKS, max(FEWEST_BLOCKS, round(len(points) ** 0.5)))
    shape = len(y.categories) or blocks, len(x.categories) or blocks
    sums, counts = np.zeros(shape), np.zeros(shape)
    for at_x, at_y, score in points:
        field = _block(y, at_y, blocks), _block(x, at_x, blocks)
        sums[field] += score
        counts[field] += 1
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _block(scale: Scale, place: float, blocks: int) -> int:
    if scale.categories:
        return int(place)
    return min(blocks - 1, max(0, int(scale.unit(place) * blocks)))


def _edges(scale: Scale, blocks: int) -> list[float]:
    if scale.categories:
        return [at - 0.5 for at in range(blocks + 1)]
    return [scale.at_unit(at / blocks) for at in range(blocks + 1)]


CONTOUR = Chart("contour", "Two parameters together", contour_of)
