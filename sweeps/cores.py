"""How many cores this process may use, and how many of them a trainer may take for itself."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

THREADS = "SWEEPS_THREADS"
"""The variable by which worker processes share cores out among themselves."""

OF_LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NPROC")
"""What those take for the size of their pools; NPROC is XLA's, whose sums do not depend on it."""

QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable() -> int:
    """Cores that this process may run on, a container's share of them included."""
    cores = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    return max(1, min(cores, _quota()))


def threads() -> int:
    """Threads that a trainer in this process may keep busy: what its share says, or all cores.

    Raises ValueError when the variable holds no number.
    """
    given = os.environ.get(THREADS)
    if given is None:
        return usable()
    if not given.isdecimal() or int(given) < 1:
        raise ValueError(f"{THREADS}: {given!r} is not a number of threads, 1 or more")
    return int(given)


def _quota() -> int:
    """Whole cores that a Linux control group allows, however many there are where none does."""
    try:
        limit, period = QUOTA.read_text().split()
    except (OSError, ValueError):
        return sys.maxsize
    return sys.maxsize if limit == "max" else math.ceil(int(limit) / int(period))


def share(processes: int) -> dict[str, str]:
    """The variables for each of so many worker processes."""
    return held_to(usable() // processes)


def held_to(threads: int) -> dict[str, str]:
    """The variables for a process with so many threads, at least one: ours, and of libraries."""
    return dict.fromkeys((THREADS, *OF_LIBRARIES), str(max(1, threads)))
