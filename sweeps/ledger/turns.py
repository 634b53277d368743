"""Threads of one process write to an SQLite ledger in turn.

SQLite itself lets those that wait sleep for longer and longer, and whoever comes by chance when the
lock is free has it: of 16 threads one waits a second for what takes each of them 5 ms.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from sweeps.ledger.engine import BUSY_MS


class Turns:
    """One writing thread at a time where the database has one writer; else as many as there are.

    They go in the order in which they came.
    """

    def __init__(self, engine: Engine) -> None:
        self._in_turn = engine.dialect.name == "sqlite"
        self._guard = threading.Lock()
        self._busy = False
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for a turn, as long as for the database, which then says what it waits for."""
        held = self._in_turn and self._take()
        try:
            yield
        finally:
            if held:
                self._pass_on()

    def _take(self) -> bool:
        mine = threading.Event()
        with self._guard:
            if not self._busy:
                self._busy = True
                return True
            self._waiting.append(mine)
        if mine.wait(BUSY_MS / 1000):
            return True
        with self._guard:
            if mine.is_set():
                return True
            self._waiting.remove(mine)
            return False

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._busy = False
