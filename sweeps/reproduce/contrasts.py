"""What two regions of an experiment differ by: in accuracy, or in how steady accuracy is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sweeps.reproduce.intervals import Estimate, of_difference, of_mean

Scores = Mapping[int, Sequence[float]]
"""Test accuracies by the value that was varied: one for each repeat, in the order of repeats."""

Region = Sequence[tuple[int, int]]
"""Ranges of the varied value, both ends included."""

ENOUGH_REPEATS = 5
"""From here on repeats, each with its own split, carry the interval; below, values are pooled."""

FEWEST_PAIRS = 3

TEST_ROWS = 69
"""Penguins that each split holds back."""


@dataclass(frozen=True)
class Contrast:
    """How much a second region lies above a first one. `estimate` is None with too few points."""

    estimate: Estimate | None
    basis: str


def repeats_of(scores: Scores) -> int:
    """How many repeats every value has at least."""
    return min((len(values) for values in scores.values()), default=0)


def accuracy(scores: Scores, first: Region, second: Region) -> Contrast:
    """The mean accuracy over `second` less that over `first`.

    With five repeats or more, the difference is taken within each repeat, whose values share one
    split, and the interval is over repeats: it covers seeds and splits. With fewer, each value
    counts once, by its mean over repeats, and neighbouring values stand in for repeats: the
    interval covers seeds on those splits only, and a trend inside a region widens it.
    """
    a, b = _within(scores, first), _within(scores, second)
    repeats = repeats_of(scores)
    if repeats >= ENOUGH_REPEATS and a and b:
        each = [_mean_at(b, repeat) - _mean_at(a, repeat) for repeat in range(repeats)]
        return Contrast(of_mean(each), f"{repeats} repeats, each on a split of its own")
    estimate = of_difference(_means(a), _means(b))
    return Contrast(estimate, _pooled(repeats, f"{len(a)} values against {len(b)}", estimate))


def unsteadiness(scores: Scores, first: Region, second: Region) -> Contrast:
    """How much more accuracy jumps between neighbouring values in `second` than in `first`.

    The measure is the mean absolute difference between neighbours, each value being used in one
    pair only; both neighbours are on the same split and in the same range of their region. Slow
    trends hardly touch it. Welch's interval over pairs.
    """
    a, b = _jumps(scores, first), _jumps(scores, second)
    enough = min(len(a), len(b)) >= FEWEST_PAIRS
    estimate = of_difference(a, b) if enough else None
    counted = f"{len(a)} pairs of neighbours against {len(b)}"
    return Contrast(estimate, _pooled(repeats_of(scores), counted, estimate))


def _pooled(repeats: int, counted: str, estimate: Estimate | None) -> str:
    if estimate is None:
        return f"too few points: {counted}"
    if repeats >= ENOUGH_REPEATS:
        return f"{repeats} repeats: {counted}"
    said, where = (
        ("1 repeat", f"one split, the same {TEST_ROWS} test rows")
        if repeats == 1
        else (f"{repeats} repeats", f"{repeats} splits of {TEST_ROWS} test rows each")
    )
    return f"{said}, neighbouring values pooled: {counted}, on {where}"


def _within(scores: Scores, region: Region) -> dict[int, Sequence[float]]:
    return {x: scores[x] for x in sorted(scores) if any(low <= x <= high for low, high in region)}


def _mean_at(scores: Scores, repeat: int) -> float:
    return sum(values[repeat] for values in scores.values()) / len(scores)


def _means(scores: Scores) -> list[float]:
    return [sum(values) / len(values) for values in scores.values()]


def _jumps(scores: Scores, region: Region) -> list[float]:
    found: list[float] = []
    for part in region:
        values = list(_within(scores, [part]).values())
        for a, b in zip(values[::2], values[1::2], strict=False):
            found += [abs(one - other) for one, other in zip(a, b, strict=False)]
    return found
