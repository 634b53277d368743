"""The same error again and again at the start of a sweep: its cause is one, and not the trials."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from sweeps.trial import Failure, Result

FIRST = 5
ALIKE = 3

ABOUT_THE_CONFIGURATION = {"diverged", "pruned"}
"""A search may well begin with three learning rates that are too high, and give up three more."""


class FirstErrors:
    """Counts the failures among a sweep's first five trials, as far as this session brings them."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str]] = Counter()
        self.cause: str | None = None

    def take(self, results: Iterable[Result]) -> None:
        """Look at results; sets `cause` once three of the first five trials failed alike."""
        for result in results:
            failure = result.error
            if failure is None or result.trial.number >= FIRST:
                continue
            if failure.reason in ABOUT_THE_CONFIGURATION:
                continue
            self._seen[kind(failure)] += 1
            if self._seen[kind(failure)] == ALIKE:
                self.cause = f"{failure.reason}: {failure.message}"


def kind(failure: Failure) -> tuple[str, str]:
    """What two failures of one cause share: numbers (sizes, addresses, process ids) may differ."""
    return failure.reason, re.sub(r"0x[0-9a-f]+|\d+", "#", failure.message)
