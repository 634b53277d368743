"""95 % intervals for differences of means, by Student's t distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEVEL = 0.95
ENOUGH_FOR_OWN_VARIANCE = 5


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % interval.

    The interval covers the truth in 95 of 100 studies when the values behind it are independent
    draws around one mean. Repeats, each on a split of its own, nearly are (splits of one table
    share rows). Neighbouring values that stand in for repeats share one split: their interval is
    about networks trained and tested on it, and a trend among them widens it.
    """

    value: float
    low: float
    high: float


def of_mean(values: Sequence[float]) -> Estimate | None:
    """The mean of independent values. None with fewer than two, whose spread is unknown."""
    sample = np.asarray(values, dtype=np.float64)
    if len(sample) < 2:
        return None
    error = float(sample.std(ddof=1)) / len(sample) ** 0.5
    return _around(float(sample.mean()), error, len(sample) - 1)


def of_difference(first: Sequence[float], second: Sequence[float]) -> Estimate | None:
    """The mean of `second` less the mean of `first`, both samples independent.

    Welch's interval. A sample of fewer than five says too little of its own spread: then one
    common variance is assumed (Student's interval). None when either has fewer than two values.
    """
    a, b = (np.asarray(sample, dtype=np.float64) for sample in (first, second))
    if min(len(a), len(b)) < 2:
        return None
    squares = [float(sample.var(ddof=1)) / len(sample) for sample in (a, b)]
    if min(len(a), len(b)) >= ENOUGH_FOR_OWN_VARIANCE:
        error, freedom = _welch(squares, (len(a) - 1, len(b) - 1))
    else:
        freedom = len(a) + len(b) - 2
        pooled = float(((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum()) / freedom
        error = (pooled * (1 / len(a) + 1 / len(b))) ** 0.5
    return _around(float(b.mean() - a.mean()), error, freedom)


def _welch(squares: Sequence[float], freedoms: Sequence[int]) -> tuple[float, float]:
    """Standard error and degrees of freedom (Welch 1947) from the squared errors of two means."""
    total = sum(squares)
    parts = sum(square**2 / freedom for square, freedom in zip(squares, freedoms, strict=True))
    return total**0.5, total**2 / parts if parts else float(sum(freedoms))


def _around(value: float, error: float, freedom: float) -> Estimate:
    # Student's t quantile, as `scipy.stats.t.ppf` computes it, without its import of half a second.
    from scipy.special import stdtrit

    reach = float(stdtrit(freedom, (1 + LEVEL) / 2)) * error
    return Estimate(value, value - reach, value + reach)
