"""Whether one sweep's trials have better scores than another's, or that is chance."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sweeps.trial import Config

Kind = Literal["paired", "unpaired"]

FEWEST_PAIRS = 6
"""Of fewer differences no sign-flip test can say anything: 2 of 2**5 are 6 %."""

FEWEST = 3
"""Scores of a side in a test of two samples."""

FLIPS = 9_999
HALVINGS = 40
REFUSED = 0.05
TWO_SIDED_95 = 1.959964
HELD = 1_000_000
"""Numbers at once."""
SEED = 0


@dataclass(frozen=True)
class Contest:
    """Two sweeps, by position, and a test of their scores.

    `paired`: `effect` is the mean of the differences first - second over `count` configurations
    that both tried on the same rows, in units of the score; `p` is of a sign-flip test, and the
    95 % interval what it does not refuse. What neither sweep varies may differ between them: that
    is what is compared then. `unpaired`: `effect` is the probability that a trial of the first has
    a better score than one of the second, ties counting half, with a 95 % interval by DeLong's
    variance (DeLong et al., Biometrics 44, 1988; where that is 0, by a method of Newcombe's); `p`
    is Mann and Whitney's. `count` are the scores of both. `adjusted` is `p` after Holm's correction
    for all contests (Holm, Scand. J. Statist. 6, 1979).
    """

    first: int
    second: int
    kind: Kind
    count: int
    effect: float
    low: float
    high: float
    p: float
    adjusted: float = math.nan


Scores = Sequence[tuple[Config, float]]
"""Configurations and their scores, larger ones better."""


def contests(sides: Sequence[Scores]) -> list[Contest]:
    """Every two sides against each other; none where they have too few scores."""
    pairs = [(a, b) for a in range(len(sides)) for b in range(a + 1, len(sides))]
    held = [contest for a, b in pairs if (contest := _held(a, b, sides)) is not None]
    return [
        replace(contest, adjusted=p)
        for contest, p in zip(held, holm([contest.p for contest in held]), strict=True)
    ]


def holm(values: Sequence[float]) -> list[float]:
    """P-values that hold for all of them together."""
    order = sorted(range(len(values)), key=lambda at: values[at])
    adjusted = [1.0] * len(values)
    largest = 0.0
    for rank, at in enumerate(order):
        largest = max(largest, min(1.0, (len(values) - rank) * values[at]))
        adjusted[at] = largest
    return adjusted


def _held(first: int, second: int, sides: Sequence[Scores]) -> Contest | None:
    one, other = sides[first], sides[second]
    differences = _differences(one, other)
    if len(differences) >= FEWEST_PAIRS:
        return Contest(first, second, "paired", len(differences), *paired(differences))
    if min(len(one), len(other)) < FEWEST:
        return None
    tested = unpaired([score for _, score in one], [score for _, score in other])
    return Contest(first, second, "unpaired", len(one) + len(other), *tested)


def _differences(one: Scores, other: Scores) -> list[float]:
    """Of the configurations that both have: what both keep fixed may be another for each."""
    varied = _varied(one) | _varied(other)
    first, second = _by_values(one, varied), _by_values(other, varied)
    return [score - second[key] for key, score in first.items() if key in second]


def _varied(scores: Scores) -> set[str]:
    """The parameters that are not the same in all configurations."""
    names = {name for config, _ in scores for name in config}
    return {name for name in names if len({repr(config.get(name)) for config, _ in scores}) > 1}


def _by_values(scores: Scores, names: set[str]) -> dict[str, float]:
    """The first score of each configuration, told by those of its values."""
    found: dict[str, float] = {}
    for config, score in scores:
        key = json.dumps({name: config.get(name) for name in names}, sort_keys=True)
        found.setdefault(key, score)
    return found


def paired(differences: Sequence[float]) -> tuple[float, float, float, float]:
    """(mean, low, high, p) of paired differences: a sign-flip test, and the means that it allows.

    The interval holds every shift of the differences that the test does not refuse at 5 %.
    """
    import numpy as np

    values = np.asarray(differences)
    generator = np.random.default_rng(SEED)
    flipped, signs = [], []
    for rows in _portions(FLIPS, len(values)):
        drawn = generator.integers(0, 2, (rows, len(values))) * 2 - 1
        flipped += list(drawn @ values / len(values))
        signs += list(drawn.mean(axis=1))
    means, balance, mean = np.asarray(flipped), np.asarray(signs), float(values.mean())

    def p_of(shift: float) -> float:
        beyond = abs(means - shift * balance) >= abs(mean - shift) - 1e-12
        return float(1 + beyond.sum()) / (1 + FLIPS)

    low = _edge(p_of, mean, float(values.min()))
    return mean, low, _edge(p_of, mean, float(values.max())), p_of(0.0)


def _edge(p_of: Callable[[float], float], inside: float, outside: float) -> float:
    """Between both, where the test begins to refuse.

    Beyond all differences it always does; if not at the outmost one, of which there may be several,
    the edge is there.
    """
    if p_of(outside) > REFUSED:
        return outside
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if p_of(middle) > REFUSED else (inside, middle)
    return inside


def _portions(rows: int, columns: int) -> Iterator[int]:
    """So many rows in portions that memory is there for, however many columns there are."""
    most = max(1, HELD // columns)
    for start in range(0, rows, most):
        yield min(most, rows - start)


def unpaired(one: Sequence[float], other: Sequence[float]) -> tuple[float, float, float, float]:
    """(probability, low, high, p) that a value of the first is the larger one."""
    import numpy as np
    from scipy.stats import mannwhitneyu

    first, second = np.asarray(one), np.asarray(other)
    above = _above(first, np.sort(second))
    below = 1 - _above(second, np.sort(first))
    effect = float(above.mean())
    error = math.sqrt(above.var(ddof=1) / len(first) + below.var(ddof=1) / len(second))
    half = TWO_SIDED_95 * error
    if effect in (0.0, 1.0):
        half = 1 - _least_of_all_above(len(first), len(second))
    p = float(mannwhitneyu(first, second, alternative="two-sided").pvalue)
    return effect, max(0.0, effect - half), min(1.0, effect + half), p if math.isfinite(p) else 1.0


def _least_of_all_above(first: int, second: int) -> float:
    """The lower end of the 95 % interval where every value of the first is above all others.

    DeLong's variance is 0 there, as if nothing were left to chance; this is method 5 of Newcombe
    (Statistics in Medicine 25, 2006).
    """
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        more = (first + second) / 2 - 1
        spread = 1 + more * ((1 - middle) / (2 - middle) + middle / (1 + middle))
        variance = middle * (1 - middle) * spread / (first * second)
        beyond = (1 - middle) ** 2 > TWO_SIDED_95**2 * variance
        low, high = (middle, high) if beyond else (low, middle)
    return high


def _above(values: Any, ordered: Any) -> Any:
    """For each value the share of the others that it is above, equal ones counting half."""
    import numpy as np

    less = np.searchsorted(ordered, values, side="left")
    at_most = np.searchsorted(ordered, values, side="right")
    return (less + at_most) / (2 * len(ordered))
