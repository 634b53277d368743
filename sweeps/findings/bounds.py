"""Best values that lie on a bound of their range: the range may end too early."""

from __future__ import annotations

import numpy as np

from search_spaces import Choice
from sweeps.findings.advice import Advice
from sweeps.findings.axes import Axis, Truth, Whole, axes_of
from sweeps.findings.chance import at_least
from sweeps.findings.extending import Side, extended
from sweeps.findings.observed import Observed
from sweeps.findings.ranking import best_few
from sweeps.findings.wording import span, written
from sweeps.found import Found

EDGE = 0.2
"""The part of a range that is by its bound; on a coarse grid, the last value alone."""

MOST_OF = 0.7
"""So many of the best trials lie there."""

OUTMOST_OF = 0.35
"""So many of them lie in the outer half of it, and more than in the inner half: the best value is
not one that lies in there."""

FEWEST = 25
"""With fewer trials the best five are no tail of them."""

CHANCE = 0.03
"""How probable it may be that as many of the best lie on any bound, where none matters."""

SIDES: tuple[Side, Side] = ("low", "high")


def on_bounds(found: Found, seen: Observed) -> list[Advice]:
    """A line for each bound on which most of the best few trials lie, the best one among them."""
    few = best_few(np.array(seen.values))
    axes = [axis for axis in axes_of(seen) if axis.ordered and (axis.levels or 3) > 2]
    if few is None or len(seen.values) < FEWEST:
        return []
    chance = CHANCE / max(1, 2 * len(axes))
    lines = [
        _line(found, seen, axis, side, few)
        for axis in axes
        for side in SIDES
        if lies_on(axis, side, few, chance)
    ]
    return [Advice("bound", line) for line in lines if line is not None]


def lies_on(axis: Axis, side: Side, few: Whole, chance: float) -> bool:
    """Whether most of the few lie by that bound, and more than chance puts there."""
    at_edge = _within(axis, side, EDGE)
    best = np.isin(axis.trials, few)
    on_it = int((best & at_edge).sum())
    outmost = int((best & _within(axis, side, EDGE / 2)).sum())
    if few[0] not in axis.trials[at_edge] or on_it < MOST_OF * len(few):
        return False
    if outmost < OUTMOST_OF * len(few) or outmost <= on_it - outmost:
        return False
    return at_least(on_it, int(best.sum()), int(at_edge.sum()), len(axis.trials)) < chance


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
