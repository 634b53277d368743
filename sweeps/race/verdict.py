"""Who is ahead in a race: paired by repeat, with intervals that hold together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.float64]

CONFIDENCE = 0.95
FEWEST = 2
ORDERS = 10_000
"""Drawn for Friedman's test, whose usual approximation is poor for so few repeats."""


@dataclass(frozen=True)
class Lead:
    """By how much the leader is ahead of `behind`: the mean, and an interval that may hold 0.

    In the metric's own units, positive where the leader is better.
    """

    behind: str
    by: float
    low: float
    high: float

    @property
    def certain(self) -> bool:
        """Whether the interval lies above 0, and is one.

        One that is the same in every repeat says nothing of chance: scores of few rows often are.
        """
        return self.high > self.low > 0.0


@dataclass(frozen=True)
class Verdict:
    """The backend with the best mean, and its lead over each of the others, the smallest first.

    `leader` is None where nothing can be compared; `repeats` were.
    """

    leader: str | None
    leads: tuple[Lead, ...]
    repeats: int

    @property
    def ahead_of(self) -> tuple[Lead, ...]:
        """Those that the leader is surely ahead of."""
        return tuple(lead for lead in self.leads if lead.certain)

    @property
    def not_told_apart(self) -> tuple[Lead, ...]:
        """Those that may be as good as the leader."""
        return tuple(lead for lead in self.leads if not lead.certain)


def verdict(scores: Mapping[str, Sequence[float]], *, maximize: bool) -> Verdict:
    """Judge backends by one figure a repeat, the repeats in the same order for all.

    Repeats that some backend has no figure for are left out. The intervals are those of paired
    t-tests of all pairs of backends, with Bonferroni's correction: whoever leads by chance, all of
    them hold with 95 %, whatever the spreads of the backends and however they go together, for
    differences that are about normal.
    """
    names = list(scores)
    table = complete(scores)
    signed = table if maximize else -table
    repeats = signed.shape[1]
    if repeats < FEWEST or len(names) < 2:
        return Verdict(None, (), repeats)
    first = int(np.argmax(signed.mean(axis=1)))
    reach = _reach(len(names), repeats)
    leads = [
        _lead(name, signed[first] - signed[index], reach)
        for index, name in enumerate(names)
        if index != first
    ]
    ordered = tuple(sorted(leads, key=lambda lead: lead.by))
    return Verdict(names[first], ordered, repeats)


def complete(scores: Mapping[str, Sequence[float]]) -> Table:
    """A row a backend, a column for every repeat that all of them have a figure for."""
    table = np.array(list(scores.values()), dtype=float)
    return table[:, np.isfinite(table).all(axis=0)]


def _reach(backends: int, repeats: int) -> float:
    """How many standard errors an interval extends to either side."""
    from scipy.stats import t

    pairs = len(list(combinations(range(backends), 2)))
    return float(t.ppf(1 - (1 - CONFIDENCE) / (2 * pairs), repeats - 1))


def _lead(name: str, differences: Table, reach: float) -> Lead:
    mean = float(differences.mean())
    if np.allclose(differences, mean, rtol=1e-9, atol=0.0):
        return Lead(name, mean, mean, mean)
    error = float(differences.std(ddof=1)) / math.sqrt(len(differences))
    return Lead(name, mean, mean - reach * error, mean + reach * error)


def friedman(table: Table) -> float:
    """How likely ranks differ as much as these when all rows are alike; columns are repeats.

    Friedman, JASA 32, 1937, its distribution by drawing orders within repeats, ties sharing ranks.
    """
    from scipy.stats import rankdata

    ranks = rankdata(table, axis=0)
    rng = np.random.default_rng(0)
    drawn = rng.permuted(np.broadcast_to(ranks, (ORDERS, *ranks.shape)).copy(), axis=1)
    seen = ((ranks.sum(axis=1) - ranks.sum() / len(ranks)) ** 2).sum()
    sums = drawn.sum(axis=2)
    spread = ((sums - sums.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    return float((1 + np.count_nonzero(spread >= seen - 1e-9)) / (ORDERS + 1))
