"""Random configurations of a space, one after the other, none of them twice in a finite space."""

from __future__ import annotations

import random
from collections.abc import Iterable

from search_spaces import Space
from sweeps.backends.backend import State
from sweeps.backends.untried import Untried, refused_in_a_row
from sweeps.trial import Config

MOST_REFUSALS = 10_000
TRIES_BEFORE_WALKING = 20
"""Draws from a finite space that may bring up nothing new before the rest is walked through."""


class Draws:
    """The stream of configurations that the seed picks from the space's own distributions.

    Draw number n depends on the seed and n alone. Repeated points of a finite space are passed
    over; when draws keep repeating, the points that are left follow in shuffled order, so that
    a finite space is drawn without replacement and runs dry. What constraints refuse is counted.
    """

    def __init__(self, space: Space, seed: int, tried: Iterable[Config] = ()) -> None:
        self._space = space
        self._seed = seed
        self._drawn = 0
        self._refused = 0
        self.untried = Untried(space, seed, tried)

    @classmethod
    def restored(cls, space: Space, seed: int, state: State, tried: Iterable[Config]) -> Draws:
        """The stream as it was at `state`, after `tried` (seed trials included) came out of it."""
        draws = cls(space, seed)
        draws._drawn = state["drawn"]
        draws._refused = state["refused"]
        draws.untried = Untried(space, seed, tried, walked=state["walked"])
        return draws

    @property
    def refused(self) -> int:
        """How many draws the constraints refused."""
        return self._refused + self.untried.refused

    def state(self) -> State:
        """Where the stream stands; what came out of it is not repeated here."""
        return {"drawn": self._drawn, "walked": self.untried.walked, "refused": self.refused}

    def next(self) -> Config | None:
        """The next configuration; None when a finite space has run dry.

        Raises SpaceError when constraints refuse 10,000 draws in a row.
        """
        if self.untried.dry:
            return None
        for tries in range(MOST_REFUSALS):
            if self.untried.finite and tries == TRIES_BEFORE_WALKING:
                return self.untried.rest()
            config = self._draw()
            if not self._space.allows(config):
                self._refused += 1
            elif self.untried.take(config):
                return config
        raise refused_in_a_row(self._space, config, MOST_REFUSALS)

    def _draw(self) -> Config:
        rng = random.Random(f"draw:{self._seed}:{self._drawn}")
        self._drawn += 1
        return self._space.draw(rng)
