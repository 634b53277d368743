"""What a backend may be told before it is asked for anything: what earlier searches have found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sweeps.pareto import undominated
from sweeps.trial import Config, Defined

MOST_TOLD = 1000
"""A sampler takes twice as long an ask with twice as many trials before it."""


@dataclass(frozen=True)
class Prior:
    """A configuration that has been tried elsewhere.

    It is one that the space allows, complete. `scores` are by every objective, smaller is better.
    Where configurations come about in training, `defined` has the values and what they were chosen
    from, and `config` is the same values. One that was judged `elsewhere`, on other rows say, may
    be worth trying here as well.
    """

    config: Config
    scores: tuple[float, ...]
    defined: Defined | None = None
    elsewhere: bool = False


def telling(priors: Sequence[Prior], most: int = MOST_TOLD) -> tuple[Prior, ...]:
    """Of more than `most`, those that say the most, in their old order.

    Half of them are the best: those that no other beats, then by the sum of their ranks by each
    objective. The other half is drawn evenly from the rest, the worst included, so that what is
    good still has something to stand out from.
    """
    if len(priors) <= most:
        return tuple(priors)
    ranked = _ranked([prior.scores for prior in priors])
    best, rest = ranked[: most // 2], ranked[most // 2 :]
    wanted = most - len(best)
    spread = [rest[round(place * (len(rest) - 1) / (wanted - 1))] for place in range(wanted)]
    return tuple(priors[position] for position in sorted([*best, *spread]))


def _ranked(scores: Sequence[tuple[float, ...]]) -> list[int]:
    """Positions from the best to the worst."""
    positions = sorted(range(len(scores)), key=lambda position: scores[position])
    front = {positions[one] for one in undominated([scores[each] for each in positions])}
    sums = [0] * len(scores)
    for objective in range(len(scores[0])):
        order = sorted(range(len(scores)), key=lambda each: scores[each][objective])
        for rank, position in enumerate(order):
            sums[position] += rank
    return sorted(positions, key=lambda each: (each not in front, sums[each]))
