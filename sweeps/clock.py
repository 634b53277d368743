"""Times as they are kept: milliseconds since 1970 that never go backwards.

The machine's clock may be set back while a sweep runs, or between two sessions of it. A trial that
ends before it began, or a result older than its sweep, would be nonsense for ever after, so times
stand still until the clock has caught up. Leases are another matter: see `sweeps.lease`.
"""

from __future__ import annotations

import threading
import time

_lock = threading.Lock()
_latest = 0


def wall_ms() -> int:
    """What the machine's clock says."""
    return time.time_ns() // 1_000_000


def now_ms() -> int:
    """The time, not before any that was given out or noted in this process."""
    return not_before(wall_ms())


def later_ms() -> int:
    """The time, but later than any given out or noted in this process: for what has an order."""
    global _latest
    with _lock:
        _latest = max(_latest + 1, wall_ms())
        return _latest


def not_before(moment_ms: int) -> int:
    """Note a time that was kept earlier; the later of it and all others."""
    global _latest
    with _lock:
        _latest = max(_latest, moment_ms)
        return _latest
