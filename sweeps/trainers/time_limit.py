"""How long the fits of a pack may train, counted while any of them does."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sweeps.trial import Failure, Fit, Outcome

clock = time.perf_counter
"""Seconds since some moment."""


class TimeLimit:
    """The time of a pack: the sum of what its fits may take, or none if one of them has no limit.

    Time passes within `counting()`; fits that train side by side count once, and share what there
    is as they come. Whoever trains looks after each epoch whether it `is_over`.
    """

    def __init__(self, fits: Sequence[Fit]) -> None:
        limits = [fit.seconds for fit in fits if fit.seconds is not None]
        self.seconds = sum(limits) if len(limits) == len(fits) else None
        self._fits = len(fits)
        self._spent = 0.0
        self._since = 0.0
        self._counting = 0
        self._lock = threading.Lock()

    @contextmanager
    def counting(self) -> Iterator[None]:
        """A fit trains within; there may be several at once, in threads of their own."""
        with self._lock:
            if not self._counting:
                self._since = clock()
            self._counting += 1
        try:
            yield
        finally:
            with self._lock:
                self._counting -= 1
                if not self._counting:
                    self._spent += clock() - self._since

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        if self.seconds is None:
            return False
        with self._lock:
            running = clock() - self._since if self._counting else 0.0
            return self._spent + running >= self.seconds

    def told(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """The pack's outcomes with what was counted of them, divided as their seconds are."""
        whole = sum(outcome.seconds for outcome in outcomes)
        if whole <= 0:
            return list(outcomes)
        counted = self._spent / whole
        return [replace(one, counted_seconds=one.seconds * counted) for one in outcomes]

    def failure(self, epochs: int, budget: int) -> Failure:
        """What becomes of a fit that was ended after so many of its epochs."""
        if self._fits == 1:
            late = f"took longer than {self.seconds:.1f} s"
        else:
            late = f"{self._fits} fits trained together took longer than {self.seconds:.1f} s"
        return Failure("timed_out", f"{late}; {epochs} of {budget} epochs were trained")
