"""By how much a trial that was pruned fell short."""

from __future__ import annotations

from collections.abc import Callable

DOUBLINGS = 10
HALVINGS = 40
CLOSE = 1e-3
"""Of the margin: three digits of it are told, and every look at a pruner costs."""


def margin_of(
    pruned: Callable[[float], bool], value: float, best: float, *, maximize: bool
) -> float | None:
    """How much better than `value` would have been good enough; None where nothing would.

    `pruned` says whether a trial with another value would have been; `best` is the best value that
    is known, which is where looking begins. Found by halving: a thousandth too large at most.
    """
    sign = 1.0 if maximize else -1.0

    def short(better: float) -> bool:
        return pruned(value + sign * better)

    reach = sign * (best - value)
    enough = reach if reach > 0 else max(abs(value), 1.0) * 1e-3
    for _ in range(DOUBLINGS):
        if not short(enough):
            return _least(short, enough)
        enough *= 2
    return None


def _least(short: Callable[[float], bool], enough: float) -> float:
    """The least that is enough, given that some is and nothing at all is not."""
    too_little = 0.0
    for _ in range(HALVINGS):
        if enough - too_little <= CLOSE * enough:
            break
        middle = (too_little + enough) / 2
        if short(middle):
            too_little = middle
        else:
            enough = middle
    return enough
