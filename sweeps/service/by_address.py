"""How many connections each address has open, so that none takes the place of all others."""

from __future__ import annotations

from collections import Counter

EACH = 200
"""Connections of one address at once: dozens of browsers, which open up to six each, or programs
behind one address translator. All together are limited to 1,000 (`connections.CONNECTIONS`)."""


class ByAddress:
    """Counts connections. One event loop uses it."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def take(self, address: str) -> bool:
        """Count one more connection of that address; False where it has as many as it may."""
        if self._open[address] >= EACH:
            return False
        self._open[address] += 1
        return True

    def give_back(self, address: str) -> None:
        """One that was counted has ended."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]
