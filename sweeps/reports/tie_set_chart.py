"""The tie set: confirmed configurations, each against the best of the others, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweeps.reports.drawing import BLUE, GREY, INK, ORANGE, dressed, keyed
from sweeps.reports.material import Material
from sweeps.reports.picture import Chart, LeftOut

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sweeps.trust.rows import Confirmed
    from sweeps.trust.trust import Trust

MOST_ROWS = 30


@dataclass(frozen=True)
class Row:
    """A configuration's trial, its difference to the best of the others, and the interval of that.

    `high` and `low` are None where chance cannot be told from parts that are too few.
    """

    trial: int
    score: float
    difference: float
    low: float | None
    high: float | None
    tied: bool
    recommended: bool


@dataclass(frozen=True)
class TieSet:
    """Rows, the best mean first."""

    metric: str
    rows: tuple[Row, ...]
    confidence: float
    others: int

    @property
    def alt(self) -> str:
        """What is to be seen."""
        tied = [str(row.trial) for row in self.rows if row.tied]
        return (
            f"Differences of {self.metric} between confirmed configurations, with intervals; those "
            f"of trials {', '.join(tied)} cannot be told from the best"
        )

    @property
    def note(self) -> str:
        """What the intervals mean."""
        more = f"; {self.others:,} worse configurations not shown" if self.others else ""
        return (
            f"difference to the best of the others, intervals that hold for all rows at once with "
            f"{self.confidence:.0%}{more}"
        )

    def height(self, _narrow: bool, /) -> float:
        """In inches."""
        return 1.0 + 0.24 * max(3, len(self.rows))

    def draw(self, figure: Figure, narrow: bool, /) -> None:
        """An interval for each, the best on top, and what it came to at its left."""
        axes = figure.subplots()
        kinds = {"recommended": ORANGE, "tie set": BLUE, "worse": GREY}
        for kind, colour in kinds.items():
            picked = [(at, row) for at, row in enumerate(self.rows) if kind_of(row) == kind]
            _intervals(axes, picked, colour, kind)
        axes.axvline(0, color=INK, linewidth=0.8, linestyle="--")
        labels = [
            f"trial {row.trial}" if narrow else f"trial {row.trial}   {row.score:.4g}"
            for row in self.rows
        ]
        axes.set_yticks(range(len(self.rows)), labels)
        axes.set_ylim(len(self.rows) - 0.4, -0.6)
        dressed(axes, "", f"difference of {self.metric}", "")
        axes.grid(visible=False, axis="y")
        axes.grid(axis="x", color="#DDDDDD", linewidth=0.7)
        keyed(axes)


def kind_of(row: Row) -> str:
    """A word for how it is drawn."""
    if row.recommended:
        return "recommended"
    return "tie set" if row.tied else "worse"


def _intervals(axes: Axes, rows: list[tuple[int, Row]], colour: str, label: str) -> None:
    if not rows:
        return
    for at, row in rows:
        if row.low is not None and row.high is not None:
            axes.plot([row.low, row.high], [at, at], color=colour, linewidth=2.2, alpha=0.8)
    places = [at for at, _ in rows]
    axes.plot(
        [row.difference for _, row in rows], places, "o", color=colour, markersize=5, label=label
    )


def tie_set_of(material: Material) -> TieSet | LeftOut | None:
    """Where the best configurations were trained again."""
    trust = material.trust
    if trust is None or not trust.rows:
        if material.several or not material.scored:
            return None
        if trust is not None and trust.missing:
            return LeftOut("no configuration that was trained again has a score yet")
        return LeftOut(
            "the best configurations were not trained again: `evaluate: {confirm_top: 10}` does it"
        )
    return TieSet(
        metric=trust.metric,
        rows=tuple(_row(one, trust) for one in trust.rows[:MOST_ROWS]),
        confidence=trust.confidence,
        others=max(0, len(trust.rows) - MOST_ROWS),
    )


def _row(one: Confirmed, trust: Trust) -> Row:
    others = [row.score for row in trust.rows if row is not one]
    best = max if trust.goal == "maximize" else min
    low, high = one.difference or (None, None)
    return Row(
        trial=one.trial,
        score=one.score,
        difference=one.score - best(others, default=one.score),
        low=low,
        high=high,
        tied=one.in_tie_set,
        recommended=one.trial == trust.recommended,
    )


TIE_SET = Chart("tie_set", "What cannot be told from the best", tie_set_of)
