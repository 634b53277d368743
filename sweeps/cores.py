"""How many cores this process may use, and how many of them a trainer may take for itself."""

from __future__ import annotations

import os

THREADS = "SWEEPS_THREADS"
"""The variable by which worker processes share cores out among themselves."""


def usable() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads() -> int:
    """Threads that a trainer in this process may keep busy: what its share says, or all cores."""
    return max(1, int(os.environ.get(THREADS, usable())))


def share(processes: int) -> dict[str, str]:
    """The variable for each of so many worker processes."""
    return {THREADS: str(max(1, usable() // processes))}
