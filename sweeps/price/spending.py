"""What this process and those that it has started hold and have computed, looked at as it goes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType

import psutil

EVERY = 0.2
"""Seconds between two looks, which take a few milliseconds each."""


class Spending:
    """Within a `with` block, the most bytes that were resident in all of them at once.

    Pages that processes share are counted once for each.
    """

    def __init__(self) -> None:
        self.memory = 0.0
        self._looking = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="sweeps-price-memory", daemon=True)

    def __enter__(self) -> Spending:
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

    def core_seconds(self) -> float:
        """Processor time so far, of processes that have ended too; looking is left out."""
        own = os.times()
        ended = own.children_user + own.children_system
        living = 0.0
        for process in _all()[1:]:
            with suppress(psutil.Error):
                times = process.cpu_times()
                living += times.user + times.system
        return own.user + own.system + ended + living - self._looking

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            self.memory = max(self.memory, float(sum(_resident())))
            self._looking = time.thread_time()


def _resident() -> Iterator[int]:
    for process in _all():
        with suppress(psutil.Error):  # it has just ended
            yield process.memory_info().rss


def _all() -> list[psutil.Process]:
    own = psutil.Process()
    return [own, *own.children(recursive=True)]
