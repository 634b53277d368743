"""How large a worker may grow: its part of the memory that all of them may take together."""

from __future__ import annotations

from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
LIMITS = ("memory.max", "memory/memory.limit_in_bytes")
"""Bytes that a container may take, as Linux names them in control groups 2 and 1."""

FOR_WORKERS = 0.5
"""The part of the memory that workers may keep between calls; what they train needs the rest."""

LEAST = 1500.0
"""Megabytes. TensorFlow and a data set take a good half of them, so less would replace workers
after every call."""


def most_megabytes(workers: int, cgroup: Path = CGROUP) -> float:
    """MB of 2**20 bytes that each of so many may have resident before it is replaced."""
    return max(LEAST, FOR_WORKERS * _all(cgroup) / 2**20 / workers)


def _all(cgroup: Path) -> int:
    """Bytes that this process and its workers may take: the machine's, or a container's share."""
    import psutil

    machine = int(psutil.virtual_memory().total)
    for name in LIMITS:
        path = cgroup / name
        if path.exists() and (limit := path.read_text().strip()).isdecimal():
            return min(machine, int(limit))
    return machine
