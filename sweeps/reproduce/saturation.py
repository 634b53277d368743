"""From which value on little is left to gain."""

from __future__ import annotations

from sweeps.reproduce.contrasts import Scores, accuracy
from sweeps.reproduce.intervals import Estimate

WINDOW = 3
"""Neighbouring values that are looked at together."""


def saturated(scores: Scores, plateau: tuple[int, int], margin: float) -> Estimate | None:
    """The value from which the plateau lies less than `margin` above what is already reached.

    Three neighbouring values at a time, from the lowest up, are held against the plateau's mean;
    a window is named by its last value. `value`: the first window whose gap is below the margin;
    `low` and `high`: the first whose interval reaches below it, and lies below it as a whole. Each
    interval is of 95 % by itself and the first of many is taken, so the two say less than that
    together. None when there are too few points, or no window gets so far.
    """
    below = [x for x in sorted(scores) if x < plateau[0]]
    gaps: dict[int, Estimate] = {}
    for start in range(len(below) - WINDOW + 1):
        window = (below[start], below[start + WINDOW - 1])
        estimate = accuracy(scores, [window], [plateau]).estimate
        if estimate is not None:
            gaps[window[1]] = estimate
    firsts = [
        next((x for x, gap in gaps.items() if end(gap) < margin), None)
        for end in (_value, _low, _high)
    ]
    if any(first is None for first in firsts):
        return None
    value, low, high = (float(first) for first in firsts if first is not None)
    return Estimate(value, low, high)


def _value(gap: Estimate) -> float:
    return gap.value


def _low(gap: Estimate) -> float:
    return gap.low


def _high(gap: Estimate) -> float:
    return gap.high
