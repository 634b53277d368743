"""Which classes the winner takes for which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sweeps.errors import SweepError
from sweeps.reports.drawing import INK, SPLIT_NAMES
from sweeps.reports.material import Material
from sweeps.reports.picture import Chart, LeftOut
from sweeps.reports.scale import shortened
from sweeps.sweep import Sweep
from sweeps.trial import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_NAMED = 12
"""Classes whose names and counts there is room for."""
DARK = 0.55
OWN_ROWS = "rows"
"""The task whose rows a function of the user's gives, which a report does not call."""


@dataclass(frozen=True)
class Confusion:
    """Counts (true, predicted) of a trial's rows, over all of its parts.

    `trial` is its number in the search, also where the counts are of its confirmation (`again`).
    """

    trial: int
    split: str
    counts: npt.NDArray[np.int64]
    classes: tuple[str, ...]
    parts: int
    again: bool = False

    @property
    def alt(self) -> str:
        """What is to be seen."""
        right = self.counts.trace() / max(1, self.counts.sum())
        return (
            f"Confusion matrix of trial {self.trial} on its {SPLIT_NAMES[self.split]}: "
            f"{right:.1%} of {self.counts.sum():,} predictions are right"
        )

    @property
    def note(self) -> str:
        """Whose matrix it is."""
        again = " again" if self.again else ""
        times = f", summed over the {self.parts} times it was trained{again}"
        trained = "" if self.parts == 1 and not self.again else times
        return f"trial {self.trial}, {SPLIT_NAMES[self.split]}{trained}; shaded by share of the row"

    def height(self, narrow: bool, /) -> float:
        """In inches."""
        return 3.3 if narrow else min(5.5, 1.6 + 0.42 * max(5, len(self.counts)))

    def draw(self, figure: Figure, narrow: bool, /) -> None:
        """A square of fields, with counts where they can be read."""
        axes = figure.subplots()
        shares = self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        edges = np.arange(len(self.counts) + 1) - 0.5
        axes.pcolormesh(edges, edges, shares, cmap="Blues", vmin=0, vmax=1, rasterized=True)
        axes.set_aspect("equal")
        axes.invert_yaxis()
        if len(self.counts) <= MOST_NAMED:
            for true, predicted in np.ndindex(*self.counts.shape):
                colour = "white" if shares[true, predicted] > DARK else INK
                text = f"{self.counts[true, predicted]:,}"
                axes.text(predicted, true, text, ha="center", va="center", color=colour)
        step = 1 if len(self.counts) <= MOST_NAMED else 5
        places = range(0, len(self.counts), step)
        names = [shortened(self.classes[at], 10 if narrow else 18) for at in places]
        crowded = len(names) * max(map(len, names)) > (28 if narrow else 60)
        turned = 90 if crowded else 0
        axes.set_xticks(places, names, rotation=turned, color=INK)
        axes.set_yticks(places, names, color=INK)
        axes.set_xlabel("predicted", color=INK)
        axes.set_ylabel("true", color=INK)
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)


def winner_of(material: Material) -> Confusion | LeftOut | None:
    """Of the trial that is recommended, or the best one; on the rows that decide."""
    winner = material.winner
    if winner is None:
        return None
    split = material.found.sweep.objective.split
    counts = summed(winner, split)
    if counts is None:
        return None
    parts = sum(split in part.confusion for part in winner.parts)
    names = class_names(material.found.sweep, len(counts))
    confirms = winner.trial.confirms
    number = winner.trial.number if confirms is None else confirms
    return Confusion(number, split, counts, names, parts, again=confirms is not None)


def summed(result: Result, split: str) -> npt.NDArray[np.int64] | None:
    """The counts of all parts together; None where nothing was counted."""
    tables = [np.asarray(part.confusion[split]) for part in result.parts if split in part.confusion]
    return None if not tables else np.sum(tables, axis=0)


def class_names(sweep: Sweep, classes: int) -> tuple[str, ...]:
    """What the task calls them; numbers where it cannot say any more, or is the user's own code."""
    names: Sequence[str] = ()
    if sweep.task.name != OWN_ROWS:
        from sweeps.tasks.choose import task_for

        try:
            names = task_for(sweep.task, sweep.folder).classes
        except (SweepError, OSError):  # the table was moved away since: its matrix is still known
            names = ()
    numbers = tuple(f"class {at}" for at in range(classes))
    return tuple(names) if len(names) == classes else numbers


WINNER = Chart("confusion", "What the winner confuses", winner_of)
