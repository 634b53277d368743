"""Best values that lie on a bound of their range: the range may end too early."""

from __future__ import annotations

import numpy as np

from search_spaces import Choice
from sweeps.findings.advice import Advice
from sweeps.findings.axes import Axis, Real, Truth, Whole, axes_of
from sweeps.findings.extending import Side, extended
from sweeps.findings.observed import Observed
from sweeps.findings.ranking import best_few, ranks_of
from sweeps.findings.wording import span, written
from sweeps.found import Found

EDGE = 0.2
"""The part of a range that is by its bound; on a coarse grid, the last value alone."""

MOST_OF = 0.7
"""So many of the best trials lie there, more of them in the outer half of it than in the inner."""

FEWEST = 40
"""With fewer trials the best five are no tail of them."""

BLOCK = 20
"""Trials that are compared with each other: a search that learns gathers somewhere as it gets
better, so that the best ones, which are late ones, are there as well says nothing."""

RISING_FROM = 0.3
"""Scores get better from there on to the bound: what lies further away need not matter."""

CLEAR = 3.0
"""How many standard errors their rank correlation with the parameter is from none, at least."""

SIDES: tuple[Side, Side] = ("low", "high")


def on_bounds(found: Found, seen: Observed) -> list[Advice]:
    """A line for each bound by which most of the best few trials lie, and to which scores rise."""
    few = best_few(np.array(seen.values))
    if few is None or len(seen.values) < FEWEST:
        return []
    ranks = ranks_of(np.array(seen.values))
    axes = [axis for axis in axes_of(seen) if axis.ordered and (axis.levels or 3) > 2]
    lines = [
        _line(found, seen, axis, side, few)
        for axis in axes
        for side in SIDES
        if lies_on(axis, side, few) and rises_to(axis, side, ranks)
    ]
    return [Advice("bound", line) for line in lines if line is not None]


def lies_on(axis: Axis, side: Side, few: Whole) -> bool:
    """Whether most of the few lie by that bound, the best among them, and no further inside."""
    at_edge = _within(axis, side, EDGE)
    best = np.isin(axis.trials, few)
    on_it = int((best & at_edge).sum())
    outmost = int((best & _within(axis, side, EDGE / 2)).sum())
    if few[0] not in axis.trials[at_edge] or on_it < MOST_OF * len(few):
        return False
    return outmost > on_it - outmost


def rises_to(axis: Axis, side: Side, ranks: Real) -> bool:
    """Whether trials are the better the nearer they lie to that bound, among those of one time."""
    towards = axis.places if side == "high" else 1 - axis.places
    there = towards >= RISING_FROM
    blocks = (np.arange(len(axis.trials)) // BLOCK)[there]
    places = _centred(towards[there], blocks)
    good = -_centred(ranks[axis.trials[there]], blocks)
    spread = float(np.sqrt((places**2).sum() * (good**2).sum()))
    return spread > 0 and float(places @ good) / spread * len(places) ** 0.5 > CLEAR


def _centred(figures: Real, blocks: Whole) -> Real:
    """Their distances from the mean of their block."""
    sizes = np.maximum(np.bincount(blocks), 1)
    found: Real = figures - (np.bincount(blocks, figures) / sizes)[blocks]
    return found


def _within(axis: Axis, side: Side, part: float) -> Truth:
    """The trials in the outer part of the range, those on the last value at least."""
    places = axis.places if side == "high" else 1 - axis.places
    coarse = axis.levels is not None and (axis.levels - 1) * EDGE < 1
    return places >= (1.0 if coarse else 1 - part) - 1e-9


def _line(found: Found, seen: Observed, axis: Axis, side: Side, few: Whole) -> str | None:
    further = extended(found.sweep, axis.name, side)
    if further is None:
        return None
    best = np.isin(axis.trials, few) & _within(axis, side, EDGE)
    values = [value for value, wanted in zip(axis.values(seen), best, strict=True) if wanted]
    counted = len(values) if len(values) == len(few) else f"{len(values)} of the best {len(few)}"
    lie = f"the best {counted}" if counted == len(few) else counted
    bound = "upper" if side == "high" else "lower"
    listed = isinstance(axis.domain, Choice)
    way_out = f"add {written(further)}" if listed else f"extend `{side}` to {written(further)}"
    return (
        f"{axis.name}: {lie} of {len(seen.values):,} trials lie at {span(values)}, "
        f"{'the last value' if listed else f'the {bound} bound'}: {way_out}"
    )
