"""Iterations of Hyperband one after the other, each with an oracle of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sweeps.backends.hyperband_oracle import HyperbandOracle, Place


class OraclesInTurn:
    """Like one oracle; the names of places begin with the iteration's number."""

    def __init__(self, max_epochs: int, factor: int, iterations: int) -> None:
        self._settings = max_epochs, factor, 1
        self._left = iterations
        self._iteration = -1
        self._begin()

    def _begin(self) -> None:
        self._oracle = HyperbandOracle(*self._settings)
        self._left -= 1
        self._iteration += 1

    def places(self) -> list[Place]:
        """Those of the iteration under way or, when that is over, of the next; none at the end."""
        found = self._oracle.places()
        while not found and self._left > 0:
            self._begin()
            found = self._oracle.places()
        return [self._named(place) for place in found]

    def _named(self, place: Place) -> Place:
        promoted = None if place.promoted is None else f"{self._iteration}/{place.promoted}"
        return replace(place, name=f"{self._iteration}/{place.name}", promoted=promoted)

    def fill(self, scores: Sequence[tuple[str, float | None]]) -> None:
        """The scores of places of the iteration under way."""
        self._oracle.fill([(name.partition("/")[2], score) for name, score in scores])
