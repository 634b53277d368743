"""Parameters that make no difference: what they explain is not more than chance explains."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from sweeps.findings.advice import Advice
from sweeps.findings.axes import Axis, Real, Table, Truth, Whole, axes_of
from sweeps.findings.observed import Observed
from sweeps.findings.ranking import TOP_SHARE, ranks_of
from sweeps.findings.wording import written

ROUNDS = 200
"""Shuffles of the scores, among trials of about the same time, that chance is judged by."""

SEED = 20_231
BLOCK = 20
"""Trials that follow each other and are shuffled together: a search gets better as it goes on."""

GROUPS = 4
"""Parts that a range is cut into."""

FEWEST_IN_GROUP = 5

CLEAR = 0.01
"""A parameter matters that would explain as much by chance no more often."""

PLAIN = 0.4
"""One makes no difference that would explain as much by chance this often, in either way."""

WOULD_SHOW = 0.1
"""Chance explains less than this share of the differences, so that an effect would have shown."""


MOST_LOOKED_AT = 1_000
"""Trials, evenly spread over the search, that are enough to judge by."""


def without_effect(seen: Observed, metric: str, besides: Collection[str] = ()) -> list[Advice]:
    """A line for the parameters without effect, where another one has a clear effect.

    What a parameter explains is the share of the variance of the trials' ranks that lies between
    groups of its values, once what the clear ones explain is taken away (as in Freedman and Lane,
    1983), and how differently the best tenth of the trials is spread over the groups. Both are held
    against shuffled scores. Nothing is said of parameters whose values were not tried often enough
    for an effect to show, nor of those `besides`.
    """
    values = np.array(seen.values)
    if len(values) < FEWEST_IN_GROUP * 2 or not np.isfinite(values).any():
        return []
    looked_at = np.unique(np.linspace(0, len(values) - 1, MOST_LOOKED_AT).astype(int))
    groups = [_groups(axis, looked_at) for axis in axes_of(seen)]
    plain = _plain([each for each in groups if each.enough], ranks_of(values[looked_at]))
    best = seen.configs[int(np.argmin(values))]
    freeze = {name: best[name] for name in plain if name in best and name not in besides}
    if not freeze:
        return []
    names = " and ".join(freeze)
    at = ", ".join(f"{name} at {written(value)}" for name, value in freeze.items())
    it = f"it at {written(next(iter(freeze.values())))}" if len(freeze) == 1 else at
    text = f"{names}: no effect on {metric} beyond noise in {len(values):,} trials; freeze {it}"
    return [Advice("no_effect", text)]


@dataclass(frozen=True)
class Groups:
    """A parameter's values in groups: which trials have one, and `member[trial, group]` is 1."""

    axis: Axis
    active: Truth
    member: Table

    @property
    def enough(self) -> bool:
        """Whether the groups are filled; of a range, no more than one may be empty."""
        sizes = self.member.sum(axis=0)
        filled = int((sizes >= FEWEST_IN_GROUP).sum())
        wanted = len(sizes) - int(len(sizes) >= GROUPS and self.axis.ordered)
        return filled >= max(2, wanted)


def _groups(axis: Axis, looked_at: Whole) -> Groups:
    """Of the trials that are looked at."""
    active = np.isin(looked_at, axis.trials)
    places = axis.places[np.isin(axis.trials, looked_at)]
    few = axis.levels is not None and axis.levels <= GROUPS
    if not axis.ordered:
        codes = places.astype(int)
    elif few:
        codes = np.unique(places, return_inverse=True)[1]
    else:
        codes = np.minimum((places * GROUPS).astype(int), GROUPS - 1)
    number = axis.levels if few or not axis.ordered else GROUPS
    member = np.zeros((len(looked_at), number or GROUPS))
    member[np.flatnonzero(active), codes] = 1.0
    return Groups(axis, active, member)


def _plain(groups: Sequence[Groups], ranks: Real) -> list[str]:
    """Names of the parameters without effect; none where no other one has a clear effect."""
    clear = [each for each in groups if _explained(each, ranks).by_chance <= CLEAR]
    if not clear:
        return []
    rest = ranks - _fitted(clear, ranks)
    top = (ranks <= np.quantile(ranks, TOP_SHARE)).astype(float)
    others = [each for each in groups if all(each is not one for one in clear)]
    return [
        each.axis.name
        for each in others
        if _explained(each, rest).makes_no_difference and _explained(each, top).by_chance >= PLAIN
    ]


def _fitted(groups: Sequence[Groups], figures: Real) -> Real:
    """What the groups explain of the figures together, least squares."""
    columns = np.hstack([np.ones((len(figures), 1)), *(each.member for each in groups)])
    found: Real = columns @ np.linalg.lstsq(columns, figures, rcond=None)[0]
    return found


@dataclass(frozen=True)
class Explained:
    """How often chance explains as much, and how much it explains at most, 19 times of 20."""

    by_chance: float
    at_most: float

    @property
    def makes_no_difference(self) -> bool:
        """Whether chance explains as much, and an effect that is worth something would show."""
        return self.by_chance >= PLAIN and self.at_most <= WOULD_SHOW


def _explained(groups: Groups, figures: Real) -> Explained:
    """The share of the variance of the active trials' figures that lies between the groups."""
    given, member = figures[groups.active], groups.member[groups.active]
    tried = np.vstack([given, given[_shuffles(len(given))]])
    tried = tried - tried.mean(axis=1, keepdims=True)
    between = ((tried @ member) ** 2 / np.maximum(member.sum(axis=0), 1.0)).sum(axis=1)
    shares = between / np.maximum((tried**2).sum(axis=1), 1e-12)
    as_much = int((shares[1:] >= shares[0] - 1e-12).sum())
    return Explained((1 + as_much) / len(shares), float(np.quantile(shares[1:], 0.95)))


def _shuffles(trials: int) -> Whole:
    """Orders of so many trials, one a row, in which each stays in its block."""
    blocks = np.arange(trials) // BLOCK
    keys = np.random.default_rng(SEED).random((ROUNDS, trials)) + blocks
    return np.argsort(keys, axis=1)
