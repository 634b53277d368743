"""How many trials sweeps have: counting those of a large constrained grid takes seconds."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from sweeps.ledger_records import SweepRow
from sweeps.plan import expected_trials
from sweeps.sweep import Sweep

MOST = 20_000
"""Sweeps whose number is kept in memory."""


class Expected:
    """Counts each sweep once; what `extend` has raised is counted again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, int | None] = OrderedDict()

    def of(self, row: SweepRow, sweep: Callable[[], Sweep]) -> int | None:
        """How many trials the sweep has; None when nobody can know."""
        if row.state == "finished":
            return row.searched
        with self._lock:
            if row.sweep_id in self._known:
                return self._known[row.sweep_id]
        counted = expected_trials(sweep())
        self.note(row.sweep_id, counted)
        return counted

    def known(self, row: SweepRow) -> int | None:
        """The same where it takes no counting; None otherwise."""
        if row.state == "finished":
            return row.searched
        with self._lock:
            return self._known.get(row.sweep_id)

    def note(self, sweep_id: str, counted: int | None) -> None:
        """Keep what somebody has counted."""
        with self._lock:
            self._known[sweep_id] = counted
            self._known.move_to_end(sweep_id)
            if len(self._known) > MOST:
                self._known.popitem(last=False)

    def forget(self, sweep_id: str) -> None:
        """Its number is about to change."""
        with self._lock:
            self._known.pop(sweep_id, None)
