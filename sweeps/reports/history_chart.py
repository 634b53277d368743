"""Optimisation history: every trial's score in the order of trials, and the best up to each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sweeps.reports.binning import Band, banded, draw_bands, thinned
from sweeps.reports.drawing import BLUE, GREY, ORANGE, PURPLE, dressed, keyed, whole_numbers
from sweeps.reports.material import MOST_DOTS, Material, score_of
from sweeps.reports.picture import Chart, LeftOut
from sweeps.reports.score_axis import ScoreAxis, score_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLOCKS = 60
ROOM_FOR_MARKS = 300


@dataclass(frozen=True)
class History:
    """`dots` are (number, score), none where `bands` stand for them; `best` changes at its places.

    `failed` and `pruned` trials have no score: they are marked at the bottom, but not among bands.
    """

    axis: ScoreAxis
    dots: tuple[tuple[int, float], ...]
    bands: tuple[Band, ...]
    best: tuple[tuple[int, float], ...]
    failed: tuple[int, ...]
    pruned: tuple[int, ...]
    last: int
    trials: int

    @property
    def alt(self) -> str:
        """What is to be seen."""
        return (
            f"Scores of {self.trials:,} trials in order, and the best so far: {self.axis.metric} "
            f"{self.best[0][1]:.4g} at first, {self.best[-1][1]:.4g} from trial {self.best[-1][0]}"
        )

    @property
    def note(self) -> str:
        """What was binned, and what has no place on the axis."""
        binned = f"{self.trials:,} trials, binned" if self.bands else ""
        counts = {"failed": len(self.failed), "pruned": len(self.pruned)}
        without = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
        said = [binned, f"without a score: {without}" if without else "", self.axis.note]
        return "; ".join(one for one in said if one)

    def height(self, narrow: bool, /) -> float:
        """In inches."""
        return 2.6 if narrow else 3.3

    def draw(self, figure: Figure, narrow: bool, /) -> None:
        """Dots or bands, and a step for the best."""
        axes = figure.subplots()
        draw_bands(axes, self.bands, label=not narrow)
        if self.dots:
            numbers, scores = zip(*self.dots, strict=True)
            axes.plot(numbers, scores, ".", color=BLUE, alpha=0.5, label="trial", markersize=5)
        steps = (*self.best, (self.last, self.best[-1][1]))
        at, scores = zip(*steps, strict=True)
        axes.step(at, scores, where="post", color=ORANGE, linewidth=1.8, label="best so far")
        if not self.bands:
            self._marked(axes, self.pruned, "|", GREY, "pruned")
            self._marked(axes, self.failed, "x", PURPLE, "failed")
        dressed(axes, "", "trial", self.axis.metric)
        self.axis.set(axes)
        axes.set_xlim(-0.02 * self.last - 0.5, 1.02 * self.last + 0.5)
        whole_numbers(axes)
        keyed(axes)

    def _marked(
        self, axes: Axes, numbers: tuple[int, ...], mark: str, colour: str, word: str
    ) -> None:
        if not numbers:
            return
        places = thinned(numbers, 0, max(1, self.last), ROOM_FOR_MARKS)
        axes.plot(
            places,
            [0.02] * len(places),
            mark,
            color=colour,
            markersize=5,
            transform=axes.get_xaxis_transform(),
            label=word,
            linestyle="none",
        )


def history_of(material: Material) -> History | LeftOut | None:
    """Of two trials with a score or more."""
    if len(material.scored) < 2:
        return LeftOut("fewer than two trials have a score")
    results = material.found.results
    pairs = [(one.trial.number, score_of(one)) for one in material.scored]
    many = len(pairs) > MOST_DOTS
    last = max(one.trial.number for one in results)
    return History(
        axis=score_axis(material.metric, [score for _, score in pairs], material.maximize),
        dots=() if many else tuple(pairs),
        bands=banded(pairs, list(np.linspace(0, last + 1, BLOCKS + 1))) if many else (),
        best=best_so_far(pairs, material.maximize),
        failed=tuple(one.trial.number for one in results if one.state == "failed"),
        pruned=tuple(one.trial.number for one in results if one.state == "pruned"),
        last=last,
        trials=len(pairs),
    )


def best_so_far(pairs: list[tuple[int, float]], maximize: bool) -> tuple[tuple[int, float], ...]:
    """Where the best score so far changes, and to what."""
    changes: list[tuple[int, float]] = []
    for number, score in pairs:
        if not changes or (score > changes[-1][1] if maximize else score < changes[-1][1]):
            changes.append((number, score))
    return tuple(changes)


HISTORY = Chart("history", "Optimisation history", history_of)
