"""What a process has started, and ending it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil


def started_by(pid: int | None) -> list[psutil.Process]:
    """Processes that this one has started, and those that they have."""
    import psutil

    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def end_all(processes: list[psutil.Process]) -> None:
    """End them now; one that has ended already is fine."""
    import psutil

    for process in processes:
        with suppress(psutil.Error):  # it has ended meanwhile, or is somebody else's
            process.kill()
