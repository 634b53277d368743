"""How many trials are sent at once."""

from __future__ import annotations

MOST = 32
FEWEST = 8
SECONDS = 1.0
"""What one batch should take: announcements and commands wait for the end of one."""


class Stride:
    """Comes by doubling to as many trials as the store takes in a second."""

    def __init__(self) -> None:
        self.trials = FEWEST

    def widen(self, sent: int, seconds: float) -> None:
        """Learn from a batch that went well."""
        in_time = int(sent * SECONDS / max(seconds, 1e-3))
        self.trials = min(2 * self.trials, MOST, max(in_time, FEWEST))

    def narrow(self, refused: int) -> None:
        """Halve a batch that was refused, to find the one trial that is not taken."""
        self.trials = max(refused // 2, 1)
