"""Failed trials: told while a sweep runs, the first few each; afterwards those alike together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sweeps.errors import printable
from sweeps.first_errors import kind
from sweeps.trial import Failure, Reason, Result

TOLD = 5


@dataclass
class Failures:
    """Counts a sweep's failures."""

    seen: int = 0

    def line(self, result: Result) -> str | None:
        """What to say of a result; None when it has not failed or enough was said."""
        if result.error is None or result.error.reason == "pruned":
            return None
        self.seen += 1
        if self.seen > TOLD:
            return None
        end = "; others that fail are only counted" if self.seen == TOLD else ""
        message = printable(f"{result.error.reason}: {result.error.message}"[:300])
        return f"trial {result.trial.number} failed, {message}{end}"


@dataclass(frozen=True)
class Alike:
    """Trials that failed alike: their numbers, and the message of the first.

    Messages may differ in numbers (an epoch, a size); `differ` tells whether they do.
    """

    reason: Reason
    message: str
    differ: bool
    trials: list[int]


def alike(results: Iterable[Result]) -> list[Alike]:
    """Failed trials, those that failed alike together; the most frequent first."""
    found: dict[tuple[str, str], list[tuple[Failure, int]]] = {}
    for result in results:
        if result.error is not None:
            key = kind(result.error)
            found.setdefault(key, []).append((result.error, result.trial.number))
    together = map(_together, found.values())
    return sorted(together, key=lambda each: -len(each.trials))


def _together(failed: Sequence[tuple[Failure, int]]) -> Alike:
    first = failed[0][0]
    differ = any(failure.message != first.message for failure, _ in failed)
    return Alike(first.reason, first.message, differ, [number for _, number in failed])
