"""The best of each sweep, kept until that has changed: of many trials it takes seconds."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sweeps.best_found import best_in
from sweeps.ledger.records import SweepRow
from sweeps.service.desk import Desk
from sweeps.service.few_waiting import FewWaiting

MOST = 1_000
"""Sweeps whose best is kept."""

REST = 10.0
"""What took long to find out will do for so many times as long, while its sweep runs."""

AT_ONCE = 2
"""Sweeps that are looked through together: others want to be answered meanwhile."""

Best = dict[str, Any] | None


@dataclass(frozen=True)
class Found:
    """`stamp` tells how the sweep stood; a page of a sweep that runs is good `until` then."""

    stamp: tuple[object, ...]
    until: float
    best: Best


class BestKept:
    """Methods may be called from any thread."""

    def __init__(self, desk: Desk, clock: Callable[[], float] = time.monotonic) -> None:
        self._desk = desk
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting = FewWaiting("the best of their sweeps")
        self._looking = threading.Semaphore(AT_ONCE)
        self._kept: OrderedDict[str, Found] = OrderedDict()

    def of(self, row: SweepRow) -> Best:
        """As `sweeps best --json` prints it. Raises ProblemError, 503, when many ask at once."""
        found = self._good(row)
        if found is None:
            with self._waiting.one_more(), self._looking:
                found = self._good(row) or self._found(row)
        return found.best

    def _good(self, row: SweepRow) -> Found | None:
        with self._lock:
            found = self._kept.get(row.sweep_id)
        if found is None:
            return None
        lately = row.holder is not None and self._clock() < found.until
        return found if lately or found.stamp == _stamp(row) else None

    def _found(self, row: SweepRow) -> Found:
        began = self._clock()
        best = best_in(self._desk.ledger, row.sweep_id, self._desk.sweep_of(row.sweep_id))
        now = self._clock()
        found = Found(_stamp(row), now + REST * (now - began), best)
        with self._lock:
            self._kept[row.sweep_id] = found
            self._kept.move_to_end(row.sweep_id)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return found


def _stamp(row: SweepRow) -> tuple[object, ...]:
    """Changes with every result, and when a sweep is retried."""
    return (row.state, row.done, row.failed, row.pruned, row.confirmations, row.ended_ms)
