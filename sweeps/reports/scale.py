"""The axis of a parameter: where its values stand, and which of them are written beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from search_spaces.domains import Choice, Domain, Int
from search_spaces.values import identity
from sweeps.errors import printable
from sweeps.trial import Value

LONGEST_LABEL = 26
MILLION = 10**6


@dataclass(frozen=True)
class Scale:
    """The axis of one parameter, from `low` to `high`.

    `categories` are values that stand at 0, 1, 2, … in the order listed; numbers have none and
    stand at themselves, or at their logarithm with `log`. `whole` ones have no fractions.
    """

    name: str
    low: float
    high: float
    log: bool = False
    categories: tuple[Value, ...] = ()
    whole: bool = False

    def place(self, value: Value) -> float | None:
        """Where a value stands, in units of the axis; None for one that has no place on it."""
        if self.categories:
            return self._places.get(identity(value))
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if not self.log or value > 0 else None

    @cached_property
    def _places(self) -> dict[tuple[str, Value], float]:
        return {identity(value): float(at) for at, value in enumerate(self.categories)}

    def unit(self, place: float) -> float:
        """A place as a share of the way from `low` to `high`."""
        low, high = self._bent(self.low), self._bent(self.high)
        return 0.5 if high == low else (self._bent(place) - low) / (high - low)

    def at_unit(self, share: float) -> float:
        """The place at a share of the way."""
        low, high = self._bent(self.low), self._bent(self.high)
        bent = low + share * (high - low)
        return math.exp(bent) if self.log else bent

    def _bent(self, place: float) -> float:
        return math.log(place) if self.log else place

    @property
    def labels(self) -> tuple[str, ...]:
        """The categories as they are written."""
        return tuple(shortened(_worded(value), 14) for value in self.categories)

    @property
    def title(self) -> str:
        """The parameter's name, short enough to stand at an axis."""
        return shortened(self.name, LONGEST_LABEL)

    def ticks(self, most: int) -> tuple[list[float], list[str]]:
        """Up to so many places (at least 2), and what is written there."""
        if self.categories:
            step = max(1, math.ceil(len(self.categories) / most))
            places = list(range(0, len(self.categories), step))
            return [float(at) for at in places], [self.labels[at] for at in places]
        shares = [at / (most - 1) for at in range(most)]
        between = [self.at_unit(share) for share in shares]
        if self.whole:
            between = [float(at) for at in dict.fromkeys(round(place) for place in between)]
        return between, [written(place) for place in between]


def scale_of(name: str, domain: Domain) -> Scale:
    """The axis of a parameter with that domain."""
    if isinstance(domain, Choice):
        return Scale(name, 0.0, float(len(domain.choices) - 1), categories=domain.choices)
    whole = isinstance(domain, Int)
    return Scale(name, float(domain.low), float(domain.high), domain.log, whole=whole)


def written(place: float) -> str:
    """A number beside an axis."""
    whole = 1000 <= abs(place) < MILLION and place == round(place)
    return f"{place:,.0f}" if whole else f"{place:.3g}"


def _worded(value: Value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def shortened(text: str, most: int) -> str:
    """The text on one line, the middle left out where it is longer than that."""
    line = printable(text)
    if len(line) <= most:
        return line
    ahead = (most - 1) // 2
    return f"{line[:ahead]}…{line[len(line) - (most - 1 - ahead) :]}"
