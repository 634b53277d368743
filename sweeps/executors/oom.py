"""Whether the kernel ended a process of ours for want of memory, as far as the cgroup can tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def kills(root: Path = Path("/")) -> int | None:
    """How many processes of this one's cgroup the kernel's OOM killer has ended so far.

    `oom_kill` of `memory.events` (cgroup v2) or of `memory.oom_control` (v1), which rises before
    the process is gone; None where there is no such figure. `root` is where `/proc` and `/sys` are.
    """
    for path in _counters(root):
        count = _count(path)
        if count is not None:
            return count
    return None


def _counters(root: Path) -> Iterator[Path]:
    """Where the figure may be: the memory controller of v1 if there is one, then v2.

    In a container the cgroup may be mounted at the top, while its name is the host's.
    """
    names = dict(_cgroups(root))
    mounted = root / "sys/fs/cgroup"
    if "memory" in names:
        for place in (names["memory"].lstrip("/"), ""):
            yield mounted / "memory" / place / "memory.oom_control"
    if "" in names:
        for place in (names[""].lstrip("/"), ""):
            yield mounted / place / "memory.events"


def _cgroups(root: Path) -> Iterator[tuple[str, str]]:
    """The controllers that this process is under, and its cgroup's name; v2 has no controllers."""
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, name = line.split(":", 2)
        for controller in controllers.split(","):
            yield controller, name


def _count(path: Path) -> int | None:
    for line in _lines(path):
        name, _, value = line.partition(" ")
        if name == "oom_kill" and value.isdecimal():
            return int(value)
    return None


def _lines(path: Path) -> list[str]:
    """No line where the file cannot be read: no Linux, no such controller, or no permission."""
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
