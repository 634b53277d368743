"""What the user chose apart from the sweep itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sweeps.drawing import Report
from sweeps.store import Store
from sweeps.watcher import Watcher
from tracking.tracker import Tracker


@dataclass(frozen=True)
class Surroundings:
    """Where a session of a sweep runs."""

    store: Store
    watcher: Watcher
    tracker: Callable[[], Tracker]
    report: Report | None
