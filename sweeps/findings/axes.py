"""Parameters as axes: where on its domain each trial lies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search_spaces import Choice, Float, Int
from search_spaces.domains import Domain
from search_spaces.values import Value
from sweeps.findings.observed import Observed

Whole = np.ndarray[tuple[int], np.dtype[np.int64]]
Real = np.ndarray[tuple[int], np.dtype[np.float64]]
Table = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Truth = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True)
class Axis:
    """A parameter, and the trials in which it is active.

    `trials` are positions among those observed. `places` lie between 0 and 1 on an `ordered` axis,
    as the domain draws them (logarithms, say); otherwise they count choices.
    """

    name: str
    domain: Domain
    ordered: bool
    trials: Whole
    places: Real

    @property
    def levels(self) -> int | None:
        """How many values there are; None on a continuous axis."""
        return self.domain.count

    def values(self, seen: Observed) -> list[Value]:
        """The values of the trials, in the order of `trials`."""
        configs = seen.configs
        return [configs[trial][self.name] for trial in self.trials]


def axes_of(seen: Observed) -> list[Axis]:
    """An axis for each parameter that varies, in the order of the space."""
    configs = seen.configs
    found = []
    for name, domain in seen.domains.items():
        trials = [at for at, config in enumerate(configs) if name in config]
        ordered, places = _places(domain, [configs[at][name] for at in trials])
        found.append(Axis(name, domain, ordered, np.array(trials, int), np.array(places, float)))
    return found


def in_order(domain: Domain) -> list[float] | None:
    """The numbers of a choice among numbers, from low to high; None for any other domain."""
    if not isinstance(domain, Choice):
        return None
    if not all(map(_is_number, domain.choices)):
        return None
    return sorted(_number(value) for value in domain.choices)


def _places(domain: Domain, values: Sequence[Value]) -> tuple[bool, list[float]]:
    if not isinstance(domain, Choice):
        return True, [_on_range(domain, _number(value)) for value in values]
    ranks = in_order(domain)
    if ranks is None:
        return False, [float(domain.index_of(value)) for value in values]
    return True, [ranks.index(_number(value)) / (len(ranks) - 1) for value in values]


def _on_range(domain: Float | Int, value: float) -> float:
    low, high = float(domain.low), float(domain.high)
    if domain.log:
        low, high, value = math.log(low), math.log(high), math.log(value)
    return (value - low) / (high - low)


def _number(value: Value) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
