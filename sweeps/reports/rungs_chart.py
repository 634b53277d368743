"""Rung map: which trials were compared with each other after how many epochs, and which went on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweeps.reports.binning import spread
from sweeps.reports.drawing import BLUE, GREY, ORANGE, dressed
from sweeps.reports.material import MOST_DOTS, Material
from sweeps.reports.picture import Chart, LeftOut
from sweeps.reports.score_axis import ScoreAxis, score_axis
from sweeps.trial import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_BRACKETS = 6
STAGED = ("successive_halving", "hyperband")
"""Pruners that compare trials at rungs."""

Climb = tuple[tuple[int, float], ...]
"""(epochs, score) at each rung at which a configuration was measured."""


@dataclass(frozen=True)
class Bracket:
    """Configurations that began alike: all of their rungs, how many came to each, and a sample."""

    rungs: tuple[int, ...]
    counts: tuple[int, ...]
    climbs: tuple[Climb, ...]

    def draw(self, axes: Axes, best: tuple[int, float] | None) -> None:
        """Onto a panel: rungs at even distances, and lines for what went on."""
        place = {epochs: at for at, epochs in enumerate(self.rungs)}
        for climb in self.climbs:
            if len(climb) > 1:
                xs, scores = [place[epochs] for epochs, _ in climb], [score for _, score in climb]
                axes.plot(xs, scores, "-", color=BLUE, alpha=0.45, linewidth=1.1)
        _dots(axes, place, [climb[-1] for climb in self.climbs], GREY)
        _dots(axes, place, [point for climb in self.climbs for point in climb[:-1]], BLUE)
        if best is not None:
            axes.plot(place[best[0]], best[1], "*", color=ORANGE, markersize=11, zorder=5)
        said = [f"{epochs}\n{n:,}" for epochs, n in zip(self.rungs, self.counts, strict=True)]
        axes.set_xticks(range(len(self.rungs)), said)
        axes.set_xlim(-0.4, len(self.rungs) - 0.6)


def _dots(
    axes: Axes, place: dict[int, int], points: Sequence[tuple[int, float]], colour: str
) -> None:
    if points:
        xs = [place[epochs] for epochs, _ in points]
        axes.plot(xs, [score for _, score in points], "o", color=colour, markersize=3.5, alpha=0.7)


@dataclass(frozen=True)
class RungMap:
    """A panel for each bracket, the shortest rungs first; the best trial is in one of them."""

    brackets: tuple[Bracket, ...]
    axis: ScoreAxis
    best: tuple[int, tuple[int, float]] | None
    sampled: bool

    @property
    def alt(self) -> str:
        """What is to be seen."""
        said = "; ".join(
            " to ".join(
                f"{n:,} at {epochs}" for epochs, n in zip(one.rungs, one.counts, strict=True)
            )
            for one in self.brackets
        )
        return f"Trials by rung in each bracket, counted at epochs: {said}"

    @property
    def note(self) -> str:
        """What the marks mean."""
        sampled = "; a sample of the configurations" if self.sampled else ""
        return (
            "below each rung its epochs and how many trials came to it; blue ones went on, grey "
            f"ones ended there, a star marks the best{sampled}"
        )

    def height(self, narrow: bool, /) -> float:
        """In inches."""
        rows = -(-len(self.brackets) // self._columns(narrow))
        return 0.35 + (2.0 if narrow else 2.6) * rows

    def _columns(self, narrow: bool) -> int:
        return min(2 if narrow else 3, len(self.brackets))

    def draw(self, figure: Figure, narrow: bool, /) -> None:
        """Panels with one axis of scores."""
        columns = self._columns(narrow)
        rows = -(-len(self.brackets) // columns)
        grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
        for position, axes in enumerate(grid.flat):
            if position >= len(self.brackets):
                axes.set_visible(False)
                continue
            here = self.best is not None and self.best[0] == position
            self.brackets[position].draw(axes, self.best[1] if here and self.best else None)
            y_label = self.axis.metric if position % columns == 0 else ""
            dressed(axes, "", "epochs, trials", y_label)
        self.axis.set(grid[0][0])


def rungs_of(material: Material) -> RungMap | LeftOut | None:
    """Of Hyperband, and of the pruners that halve."""
    found = material.found
    pruner = found.sweep.search.options.get("pruner")
    by_root = _continued(found.results) if found.sweep.search.backend == "hyperband" else {}
    if not by_root and _kind(pruner) in STAGED:
        by_root = {0: _staged(found.results)}
    brackets = [_bracket(climbs) for _, climbs in sorted(by_root.items()) if climbs]
    shown = brackets[:MOST_BRACKETS]
    if not any(len(one.rungs) > 1 for one in shown):
        return None
    scores = [score for one in shown for climb in one.climbs for _, score in climb]
    return RungMap(
        brackets=tuple(shown),
        axis=score_axis(material.metric, scores, material.maximize),
        best=_place_of_best(material, shown),
        sampled=any(one.counts[0] > len(one.climbs) for one in shown),
    )


def _kind(pruner: object) -> str:
    return str(next(iter(pruner), "")) if isinstance(pruner, dict) else str(pruner)


def _continued(results: Sequence[Result]) -> dict[int, list[Climb]]:
    """The rungs of every configuration, by the epochs of the first: those make a bracket."""
    climbs: dict[int, Climb] = {}
    for one in results:
        if one.score is None or one.trial.budget is None:
            continue
        before = () if one.trial.parent is None else climbs.pop(one.trial.parent, ())
        climbs[one.trial.number] = (*before, (one.trial.budget, one.score))
    by_root: dict[int, list[Climb]] = defaultdict(list)
    for climb in climbs.values():
        by_root[climb[0][0]].append(climb)
    return by_root


def _staged(results: Sequence[Result]) -> list[Climb]:
    """What trials reported where they were looked at, and their scores at the end."""
    return [one.reported for one in results if one.reported]


def _bracket(climbs: Sequence[Climb]) -> Bracket:
    """Those that came furthest first; of more than can be shown an even sample."""
    counts = Counter(epochs for climb in climbs for epochs, _ in climb)
    ranked = sorted(climbs, key=lambda climb: -len(climb))
    return Bracket(
        rungs=tuple(sorted(counts)),
        counts=tuple(counts[epochs] for epochs in sorted(counts)),
        climbs=tuple(spread(ranked, MOST_DOTS // 3)),
    )


def _place_of_best(
    material: Material, brackets: Sequence[Bracket]
) -> tuple[int, tuple[int, float]] | None:
    best = material.best
    if best is None or best.score is None:
        return None
    for position, bracket in enumerate(brackets):
        for climb in bracket.climbs:
            if climb[-1][1] == best.score and best.trial.budget in (None, climb[-1][0]):
                return position, climb[-1]
    return None


RUNGS = Chart("rungs", "Rung map", rungs_of)
