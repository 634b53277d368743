"""How much room there is: on the disks that sweeps write to, and in memory."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import psutil

from sweeps.cli.finding import Finding, existing
from sweeps.wording import size

LEAST_DISK = 200_000_000
LEAST_MEMORY = 500_000_000
"""Bytes. A process that trains takes a gigabyte with Keras, half as much without."""

CGROUP = Path("/sys/fs/cgroup")
SHARES = (
    ("", "memory.max", "memory.current", "inactive_file"),
    ("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
"""Folder, limit, use and reclaimable files, as Linux names them in control groups 2 and 1."""


def disk(folders: Mapping[str, Path]) -> Finding:
    """Free space where each of these lies; folders on one disk are told together."""
    free = {name: shutil.disk_usage(existing(place)).free for name, place in folders.items()}
    disks: dict[int, list[str]] = {}
    for name, place in folders.items():
        disks.setdefault(existing(place).stat().st_dev, []).append(name)
    said = [f"{size(free[names[0]])} free for {_listed(names)}" for names in disks.values()]
    full = [
        f"only {size(free[names[0]])} free for {_listed(names)} ({folders[names[0]]}): free some "
        "space, a sweep cannot go on when the disk is full"
        for names in disks.values()
        if free[names[0]] < LEAST_DISK
    ]
    facts = {name.lower().replace(" ", "_"): left for name, left in free.items()}
    return Finding("disk", "; ".join(said), facts, "; ".join(full) or None)


def memory(cgroup: Path = CGROUP) -> Finding:
    """Memory that programs started now could have, in a container its share."""
    free = psutil.virtual_memory().available
    left = _left_of_share(cgroup)
    if left is not None:
        free = min(free, left)
    trouble = None
    if free < LEAST_MEMORY:
        trouble = f"only {size(free)} of memory free: end some programs before training"
    return Finding("memory", f"{size(free)} free", {"free": free}, trouble)


def _left_of_share(cgroup: Path) -> int | None:
    """What a container may still take, files in memory not counted; None where none is limited."""
    for folder, limit, used, files in SHARES:
        place = cgroup / folder
        try:
            most = (place / limit).read_text().strip()
            taken = int((place / used).read_text())
            lines = (place / "memory.stat").read_text().splitlines()
        except FileNotFoundError:
            continue
        spare = int(dict(line.split() for line in lines).get(files, 0))
        return None if most == "max" else max(0, int(most) - taken + spare)
    return None


def _listed(names: list[str]) -> str:
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last
