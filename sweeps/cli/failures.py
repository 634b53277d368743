"""Failed trials, told while a sweep runs: the first few each, the others not."""

from __future__ import annotations

from dataclasses import dataclass

from sweeps.errors import printable
from sweeps.trial import Result

TOLD = 5


@dataclass
class Failures:
    """Counts a sweep's failures."""

    seen: int = 0

    def line(self, result: Result) -> str | None:
        """What to say of a result; None when it has a score or enough was said."""
        if result.error is None:
            return None
        self.seen += 1
        if self.seen > TOLD:
            return None
        end = "; others that fail are only counted" if self.seen == TOLD else ""
        message = printable(f"{result.error.reason}: {result.error.message}"[:300])
        return f"trial {result.trial.number} failed, {message}{end}"
