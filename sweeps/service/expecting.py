"""What is told of a sweep by its description alone, and worked out once."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from sweeps.ledger.records import SweepRow
from sweeps.plan import expected_trials
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep

MOST = 20_000
"""Sweeps that are kept in memory."""

EXACT_TO = 5_000
"""Points of a constrained grid that are counted one by one: somebody else waits meanwhile."""

Objectives = tuple[tuple[str, str], ...]
"""(metric, goal) of each, the first one is what the search goes by."""


@dataclass(frozen=True)
class Described:
    """`expected` is how many trials there are, None when nobody can know."""

    text: int
    objectives: Objectives
    expected: int | None


class Descriptions:
    """Reads each description once, and again when `extend` has changed it.

    Counting the points of a constrained grid takes a moment. Called from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Described] = OrderedDict()

    def of(self, sweep_id: str, text: str) -> Described:
        """What the description of that sweep says, which is `text`."""
        known = self.known(sweep_id, text)
        return known or self._keep(sweep_id, text, read_sweep(json.loads(text)))

    def known(self, sweep_id: str, text: str) -> Described | None:
        """The same where it was worked out before."""
        with self._lock:
            known = self._known.get(sweep_id)
        return known if known is not None and known.text == hash(text) else None

    def _keep(self, sweep_id: str, text: str, sweep: Sweep) -> Described:
        objectives = tuple((one.metric, one.goal) for one in sweep.objectives)
        described = Described(hash(text), objectives, expected_trials(sweep, EXACT_TO))
        with self._lock:
            self._known[sweep_id] = described
            self._known.move_to_end(sweep_id)
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return described


@dataclass(frozen=True)
class Patience:
    """Works many descriptions out, for so many seconds: whoever lists sweeps waits no longer."""

    descriptions: Descriptions
    seconds: float = 1.0
    clock: Callable[[], float] = time.monotonic

    def of(self, texts: dict[str, str]) -> dict[str, Described]:
        """By sweep; those that there was no time for are left out."""
        until = self.clock() + self.seconds
        found: dict[str, Described] = {}
        for sweep_id, text in texts.items():
            described = self.descriptions.known(sweep_id, text)
            if described is None and self.clock() < until:
                described = self.descriptions.of(sweep_id, text)
            if described is not None:
                found[sweep_id] = described
        return found


def expected_of(row: SweepRow, described: Described | None) -> int | None:
    """How many trials the sweep has, as `sweeps status` says it; None when nobody can know."""
    if row.state == "finished":
        return row.searched
    return None if described is None else described.expected
