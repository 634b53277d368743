"""What an interval says of a statement: it holds, it does not hold, or nobody can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sweeps.reproduce.intervals import Estimate

Answer = Literal["holds", "does not hold", "undecided"]


@dataclass(frozen=True)
class Range:
    """Where the truth lies if a statement holds, the ends left out; None: no end on that side."""

    low: float | None = None
    high: float | None = None

    def answer(self, estimate: Estimate | None) -> Answer:
        """By the whole 95 % interval: inside, outside, or partly either.

        `undecided` as well when there is no interval.
        """
        if estimate is None:
            return "undecided"
        beside = self.low is not None and estimate.high < self.low
        beyond = self.high is not None and estimate.low > self.high
        if beside or beyond:
            return "does not hold"
        inside_low = self.low is None or estimate.low > self.low
        inside_high = self.high is None or estimate.high < self.high
        return "holds" if inside_low and inside_high else "undecided"

    def shown(self, digits: int) -> str:
        """`0.858 to 0.878`, `> 0.000`, `< 2.0`."""
        if self.low is not None and self.high is not None:
            return f"{self.low:.{digits}f} to {self.high:.{digits}f}"
        if self.low is not None:
            return f"> {self.low:.{digits}f}"
        return f"< {self.high:.{digits}f}"
