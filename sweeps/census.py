"""How many points of a space there are, and how many of them its constraints refuse, and why."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from search_spaces import Derived, Space
from sweeps.trial import Config

EXACT_TO = 100_000
SAMPLE = 5_000
USUAL_PARAMS = 25
"""With more parameters and constraints than this, fewer points are looked at: as much work."""
USUAL_LENGTH = 80
"""Characters of an expression; one of twice as many counts twice."""
REASONS_TOLD = 3


@dataclass(frozen=True)
class Refusal:
    """Why points are refused, and how many of those looked at were refused for this first."""

    reason: str
    points: int


@dataclass(frozen=True)
class Census:
    """Points and refused points. `points` is None for a space with a continuous parameter.

    Unless `exact`, `refused_share` was measured on `looked_at` points drawn at random. `reasons`
    are the most frequent ones, three at most, the most frequent first.
    """

    points: int | None
    refused_share: float
    looked_at: int
    exact: bool
    reasons: tuple[Refusal, ...] = ()

    @property
    def refused(self) -> int | None:
        """Number of refused points, rounded when it is an estimate."""
        return None if self.points is None else round(self.points * Fraction(self.refused_share))

    @property
    def allowed(self) -> int | None:
        """Number of points that can become trials, rounded when it is an estimate."""
        if self.points is None or self.refused is None:
            return None
        return self.points - self.refused


def census(space: Space, exact_to: int = EXACT_TO) -> Census:
    """Count the space: point by point up to `exact_to`, by a seeded sample above and if continuous.

    100,000 points of a usual space take a few seconds.
    """
    points = space.count
    if not _can_refuse(space):
        return Census(points, 0.0, 0, exact=True)
    exact = points is not None and points <= fewer(exact_to, space)
    looked_at = points if exact and points is not None else fewer(SAMPLE, space)
    found = Counter(map(space.refusal, _looked_at(space, looked_at, exact)))
    share = (looked_at - found.pop(None, 0)) / looked_at if looked_at else 0.0
    told = ((reason, times) for reason, times in found.most_common(REASONS_TOLD) if reason)
    return Census(points, share, looked_at, exact, tuple(Refusal(*each) for each in told))


def _can_refuse(space: Space) -> bool:
    """Constraints refuse, and so do computed values that do not exist for some points."""
    computed = any(isinstance(param.domain, Derived) for param in space.params)
    return bool(space.constraints) or computed


def fewer(points: int, space: Space) -> int:
    """So many points of a usual space; of one that takes longer to look at, as many fewer."""
    return points * USUAL_PARAMS // max(USUAL_PARAMS, size_of(space))


def size_of(space: Space) -> int:
    """How much there is to look at in a point: parameters and constraints, the long ones more."""
    texts = [constraint.expression for constraint in space.constraints]
    texts += [p.domain.expression for p in space.params if isinstance(p.domain, Derived)]
    return len(space.params) + sum(-(-len(text) // USUAL_LENGTH) for text in texts)


def _looked_at(space: Space, points: int, exact: bool) -> Iterator[Config]:
    rng = random.Random("census")
    if space.count is None:
        yield from (space.draw(rng) for _ in range(points))
    elif exact:
        yield from (space.at(index) for index in range(points))
    else:
        yield from (space.at(rng.randrange(space.count)) for _ in range(points))
