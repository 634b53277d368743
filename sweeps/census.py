"""How many points of a space there are, and how many of them its constraints refuse."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from search_spaces import Derived, Space
from sweeps.trial import Config

EXACT_TO = 100_000
SAMPLE = 5_000


@dataclass(frozen=True)
class Census:
    """Points and refused points. `points` is None for a space with a continuous parameter.

    Unless `exact`, `refused_share` was measured on `looked_at` points drawn at random.
    """

    points: int | None
    refused_share: float
    looked_at: int
    exact: bool

    @property
    def refused(self) -> int | None:
        """Number of refused points, rounded when it is an estimate."""
        return None if self.points is None else round(self.points * self.refused_share)

    @property
    def allowed(self) -> int | None:
        """Number of points that can become trials, rounded when it is an estimate."""
        if self.points is None or self.refused is None:
            return None
        return self.points - self.refused


def census(space: Space) -> Census:
    """Count the space: point by point up to 100,000, by a seeded sample above and if continuous."""
    points = space.count
    if not _can_refuse(space):
        return Census(points, 0.0, 0, exact=True)
    exact = points is not None and points <= EXACT_TO
    looked_at = points if exact and points is not None else SAMPLE
    refused = sum(not space.allows(config) for config in _looked_at(space, exact))
    return Census(points, refused / looked_at if looked_at else 0.0, looked_at, exact)


def _can_refuse(space: Space) -> bool:
    """Constraints refuse, and so do computed values that do not exist for some points."""
    computed = any(isinstance(param.domain, Derived) for param in space.params)
    return bool(space.constraints) or computed


def _looked_at(space: Space, exact: bool) -> Iterator[Config]:
    rng = random.Random("census")
    if space.count is None:
        yield from (space.draw(rng) for _ in range(SAMPLE))
    elif exact:
        yield from (space.at(index) for index in range(space.count))
    else:
        yield from (space.at(rng.randrange(space.count)) for _ in range(SAMPLE))
