"""Pareto front: trials by their objectives, and those that no other trial beats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from sweeps.pareto import scores_of
from sweeps.reports.binning import spread
from sweeps.reports.drawing import BLUE, ORANGE, dressed, keyed
from sweeps.reports.material import MOST_DOTS, Material
from sweeps.reports.picture import Chart, LeftOut
from sweeps.reports.scale import written
from sweeps.sweep import Objective

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PANELS = 6
MAGNITUDES = 100
"""How many times the least value the greatest is where an axis is logarithmic."""

Values = tuple[float, ...]
"""One for each objective, as measured."""


@dataclass(frozen=True)
class Pareto:
    """All trials' values (or a sample), and those of the front, by the first objective."""

    objectives: tuple[Objective, ...]
    others: tuple[Values, ...]
    front: tuple[Values, ...]
    trials: int

    @property
    def alt(self) -> str:
        """What is to be seen."""
        names = " and ".join(one.metric for one in self.objectives)
        return f"{self.trials:,} trials by {names}; {len(self.front):,} are on the Pareto front"

    @property
    def note(self) -> str:
        """What the marks mean, and what was sampled."""
        shown = len(self.others) + len(self.front)
        said = [
            f"{len(self.front):,} of {self.trials:,} trials are on the front: none is better than "
            "they are by one objective without being worse by another",
            f"{len(self.others):,} of the others drawn" if shown < self.trials else "",
        ]
        return "; ".join(one for one in said if one)

    @property
    def _pairs(self) -> list[tuple[int, int]]:
        return list(combinations(range(len(self.objectives)), 2))[:MOST_PANELS]

    def height(self, narrow: bool, /) -> float:
        """In inches."""
        rows = len(self._pairs) if narrow else -(-len(self._pairs) // 2)
        return 0.3 + (2.6 if narrow else 3.2) * rows

    def draw(self, figure: Figure, narrow: bool, /) -> None:
        """A panel for each pair of objectives."""
        pairs = self._pairs
        columns = 1 if narrow else min(2, len(pairs))
        grid = figure.subplots(-(-len(pairs) // columns), columns, squeeze=False)
        for position, axes in enumerate(grid.flat):
            if position >= len(pairs):
                axes.set_visible(False)
                continue
            self._pair(axes, *pairs[position])
            if position == 0:
                keyed(axes)

    def _pair(self, axes: Axes, x: int, y: int) -> None:
        _dots(axes, self.others, x, y, ".", BLUE, 0.4, "trial")
        if len(self.objectives) == 2:  # of more, no line through the front means anything
            ordered = sorted(self.front)
            axes.step([v[x] for v in ordered], [v[y] for v in ordered], where=self._where, lw=1)
            axes.lines[-1].set_color(ORANGE)
        _dots(axes, self.front, x, y, "o", ORANGE, 1.0, "Pareto front")
        better = {"maximize": "more is better", "minimize": "less is better"}
        labels = [f"{one.metric} ({better[one.goal]})" for one in self.objectives]
        dressed(axes, "", labels[x], labels[y])
        if self._wide(x):
            axes.set_xscale("log")
        if self._wide(y):
            axes.set_yscale("log")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda place, _: written(place))
            axis.set_minor_formatter(lambda *_: "")

    def _wide(self, at: int) -> bool:
        """Whether an objective's values are of several magnitudes."""
        values = [one[at] for one in (*self.others, *self.front)]
        return min(values) > 0 and max(values) >= MAGNITUDES * min(values)

    @property
    def _where(self) -> Literal["pre", "post"]:
        """Along which side the line runs: between two of the front everything is beaten."""
        return "post" if self.objectives[0].goal == "minimize" else "pre"


def _dots(
    axes: Axes,
    values: Sequence[Values],
    x: int,
    y: int,
    mark: str,
    colour: str,
    alpha: float,
    label: str,
) -> None:
    if values:
        xs, ys = [one[x] for one in values], [one[y] for one in values]
        axes.plot(
            xs, ys, mark, color=colour, alpha=alpha, markersize=5, label=label, linestyle="none"
        )


def pareto_of(material: Material) -> Pareto | LeftOut | None:
    """Of several objectives."""
    if not material.several:
        return None
    sweep = material.found.sweep
    measured = {one.trial.number: scores_of(sweep, one) for one in material.scored}
    scores = {number: values for number, values in measured.items() if values}
    if len(scores) < 2:
        return LeftOut("fewer than two trials have a score")
    front = {one.trial.number for one in material.front}
    signs = [one.minimised(1.0) for one in sweep.objectives]
    plain = {
        number: tuple(sign * value for sign, value in zip(signs, values, strict=True))
        for number, values in scores.items()
    }
    others = [values for number, values in plain.items() if number not in front]
    return Pareto(
        objectives=sweep.objectives,
        others=tuple(spread(others, MOST_DOTS)),
        front=tuple(sorted(plain[number] for number in front)),
        trials=len(plain),
    )


PARETO = Chart("pareto", "Pareto front", pareto_of)
