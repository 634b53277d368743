"""How much memory a process and all its children hold at most."""

from __future__ import annotations

import threading
from types import TracebackType

import psutil

EVERY = 0.1
"""Seconds between two looks."""


class PeakMemory:
    """Looks at a process tree ten times a second; `megabytes` is the largest sum of resident sizes.

    Pages that processes share are counted once for each.
    """

    def __init__(self, pid: int) -> None:
        self.megabytes = 0.0
        self._root = psutil.Process(pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="peak-memory", daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self.megabytes = max(self.megabytes, _resident(self._root) / 1e6)
            if self._over.wait(EVERY):
                return


def _resident(root: psutil.Process) -> int:
    """Bytes held now; a process that has just ended holds none."""
    try:
        processes = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    return sum(_bytes(process) for process in processes)


def _bytes(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
