"""Parallel coordinates: every trial as a line through its values, coloured by its score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweeps.reports.binning import spread
from sweeps.reports.drawing import GREY, INK, ORANGE
from sweeps.reports.material import Material, score_of
from sweeps.reports.picture import Chart, LeftOut
from sweeps.reports.scale import Scale, shortened
from sweeps.reports.score_axis import ScoreAxis, score_axis
from sweeps.trial import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_LINES = 200
MOST_AXES = 8
MOST_AXES_NARROW = 4
LETTERS, LETTERS_NARROW = 110, 42
"""How many stand in a row."""
ABSENT = -0.1
"""Where a line is that has no such parameter; shares of the axes are from 0 to 1."""
COLOURS = "viridis"


@dataclass(frozen=True)
class Line:
    """A trial: its place on each axis (from 0 to 1, or `ABSENT`), then its score's, and its score.

    Lines are drawn in the order from the worst to the best.
    """

    places: tuple[float, ...]
    score: float


@dataclass(frozen=True)
class Parallel:
    """Axes, the most important parameter first, and lines of all trials or of a sample."""

    scales: tuple[Scale, ...]
    axis: ScoreAxis
    maximize: bool
    lines: tuple[Line, ...]
    trials: int
    others: int
    mixture: str = ""

    @property
    def alt(self) -> str:
        """What is to be seen."""
        names = ", ".join(scale.name for scale in self.scales)
        return f"Values of {names} in {len(self.lines):,} trials, coloured by {self.axis.metric}"

    @property
    def note(self) -> str:
        """What was sampled."""
        sample = f"{len(self.lines):,} of {self.trials:,} trials, evenly by rank"
        said = [
            "the best trial is drawn thick",
            sample if len(self.lines) < self.trials else "",
            self.mixture,
            f"{self.others:,} less important parameters not shown" if self.others else "",
        ]
        return "; ".join(one for one in said if one)

    def height(self, narrow: bool, /) -> float:
        """In inches."""
        return 3.0 if narrow else 3.6

    def draw(self, figure: Figure, narrow: bool, /) -> None:
        """One panel: lines first, axes and their values on them."""
        import matplotlib as mpl
        from matplotlib.collections import LineCollection
        from matplotlib.colors import Normalize

        axes = figure.subplots()
        shown = self.scales[: MOST_AXES_NARROW if narrow else MOST_AXES]
        picked = [*range(len(shown)), len(self.scales)]
        colours = mpl.colormaps[COLOURS if self.maximize else f"{COLOURS}_r"]
        norm = Normalize(self.axis.low, self.axis.high, clip=True)
        paths = [[(at, line.places[i]) for at, i in enumerate(picked)] for line in self.lines]
        shades = [colours(norm(line.score)) for line in self.lines]
        axes.add_collection(LineCollection(paths, colors=shades, linewidths=0.9, alpha=0.65))
        axes.add_collection(LineCollection(paths[-1:], colors=ORANGE, linewidths=2.4))
        room = (LETTERS_NARROW if narrow else LETTERS) // (len(shown) + 1)
        for at, scale in enumerate(shown):
            places, labels = scale.ticks(6 if scale.categories else 3)
            _upright(axes, at, places, [shortened(label, room) for label in labels], scale)
        low, high = self.axis.low, self.axis.high
        _upright(
            axes, len(shown), [low, high], [f"{low:.4g}", f"{high:.4g}"], _of_scores(low, high)
        )
        self._dressed(axes, [*(scale.name for scale in shown), self.axis.metric], room)

    def _dressed(self, axes: Axes, names: list[str], room: int) -> None:
        """Names below the axes, in two lines by turns, so that each has the room of nearly two."""
        axes.set_xticks(range(len(names)), [shortened(name, 2 * room - 4) for name in names])
        for at, label in enumerate(axes.get_xticklabels()):
            label.set_y(-0.05 * (at % 2))
        axes.tick_params(length=0, colors=INK)
        axes.set_yticks([])
        axes.set_xlim(-0.15, len(names) - 0.55)
        lowest = ABSENT if any(ABSENT in line.places for line in self.lines) else 0.0
        axes.set_ylim(lowest - 0.04, 1.05)
        for spine in axes.spines.values():
            spine.set_visible(False)
        for at, scale in enumerate(self.scales[: len(names) - 1]):
            if any(line.places[at] == ABSENT for line in self.lines):
                said = shortened(f"no {scale.name}", room)
                axes.text(at + 0.05, ABSENT, said, color=GREY)


def parallel_of(material: Material) -> Parallel | LeftOut | None:
    """Of two parameters or more."""
    if len(material.scales) < 2 or material.several:
        return None
    if len(material.scored) < 2:
        return LeftOut("fewer than two trials have a score")
    shown = material.by_importance[:MOST_AXES]
    axis = score_axis(
        material.metric, [score_of(one) for one in material.scored], material.maximize
    )
    picked = spread(material.by_rank, MOST_LINES)[::-1]
    return Parallel(
        scales=shown,
        axis=axis,
        maximize=material.maximize,
        lines=tuple(_line(one, shown, axis) for one in picked),
        trials=len(material.scored),
        others=len(material.scales) - len(shown),
        mixture=material.mixture,
    )


def _line(result: Result, scales: tuple[Scale, ...], axis: ScoreAxis) -> Line:
    config = result.trial.config
    places = []
    for scale in scales:
        place = scale.place(config[scale.name]) if scale.name in config else None
        places.append(ABSENT if place is None else scale.unit(place))
    score = score_of(result)
    share = _of_scores(axis.low, axis.high).unit(min(max(score, axis.low), axis.high))
    return Line((*places, share), score)


def _of_scores(low: float, high: float) -> Scale:
    return Scale("score", low, high)


def _upright(axes: Axes, at: int, places: list[float], labels: list[str], scale: Scale) -> None:
    """One axis: a line, and its values at the right of it on a light ground."""
    axes.plot([at, at], [0, 1], color=INK, linewidth=0.9, zorder=3)
    for place, label in zip(places, labels, strict=True):
        axes.text(
            at + 0.03,
            scale.unit(place),
            label,
            color=INK,
            va="center",
            zorder=4,
            bbox={"facecolor": "white", "alpha": 0.75, "pad": 0.8, "linewidth": 0},
        )


PARALLEL = Chart("parallel", "Parallel coordinates", parallel_of)
