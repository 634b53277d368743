"""What can be trusted, in the words that terminals, pages and notes share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweeps.wording import count, figure

if TYPE_CHECKING:
    from sweeps.trust.rows import Interval, Optimism
    from sweeps.trust.trust import Trust

WHY = {
    "parameters": "has the fewest parameters",
    "epochs": "is trained for the fewest epochs",
    "score": "has the best mean",
}
ONLY_SEEDS = "only seeds were fresh: that holds for these rows, not for others"
FLATTERED = "these are the search's own scores, which flatter the best of many"
UNCOMPARED = "has too few scores on the same rows to be compared with it"


def between(bounds: Interval) -> str:
    """`-0.016 to 0.015`."""
    return f"{bounds[0]:.2g} to {bounds[1]:.2g}"


def coverage(trust: Trust, where: str) -> str:
    """What the tie set promises, which is about the confirmed configurations alone."""
    if trust.parts == 1:
        return "a single score of each says nothing of chance"
    return f"the true best of them is {where} with {trust.confidence:.0%}"


def alone(trust: Trust) -> str | None:
    """That a single configuration was confirmed; None where several were."""
    if len(trust.rows) != 1:
        return None
    return f"only trial {trust.rows[0].trial} was confirmed: there is none to compare it with"


def promised(optimism: Optimism) -> str:
    """`promised 0.012 too much (-0.003 to 0.027)`: the interval is of what the words say."""
    much, known = optimism.gap >= 0, optimism.interval
    if known is not None and not much:
        known = -known[1] + 0.0, -known[0] + 0.0
    said = "" if known is None else f" ({between(known)})"
    return f"promised {figure(abs(optimism.gap))} too {'much' if much else 'little'}{said}"


def beside(trust: Trust) -> str | None:
    """How what is recommended compares with the baseline; None where neither is known.

    Better and worse are said in words: which sign is better depends on the metric.
    """
    rival = trust.baseline
    if trust.choice is None or rival is None or rival.score is None:
        return None
    if rival.difference is None:
        return UNCOMPARED
    low, high = rival.difference
    if trust.goal == "minimize":
        low, high = -high, -low
    if rival.beaten:
        return f"beats it by {between((low, high))}"
    if high < 0:
        return f"does NOT beat it: worse by {between((-high, -low))}"
    return f"does NOT beat it: from {-low + 0.0:.2g} worse to {high + 0.0:.2g} better"


def confirmed(trust: Trust) -> str:
    """`3 of 8 confirmed configurations`: those in the tie set."""
    return f"{len(trust.tie_set):,} of {count(len(trust.rows), 'confirmed configuration')}"
