"""A ledger's server that is away for a while: what was to be written is written when it is back.

A connection may break while a transaction is being committed; nobody can tell from here whether
that was done. PostgreSQL remembers: each transaction has a number that is asked for afterwards, so
nothing is written twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from sweeps.errors import LedgerAwayError

LONGEST_SECONDS = 600.0
PAUSE_SECONDS = 1.0
_STATUS = text("SELECT pg_xact_status(CAST(:number AS xid8))")

P = ParamSpec("P")
T = TypeVar("T")


class Outages:
    """How long the writers of one ledger wait for its server: not at all until `endure` is called.

    Nobody waits for an SQLite file: what is wrong with one does not pass by itself.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._longest = 0.0
        self._say: Callable[[str], None] = lambda _: None
        self._writer = threading.local()

    def endure(self, say: Callable[[str], None], seconds: float = LONGEST_SECONDS) -> None:
        """From now on wait that long, those too who wait already; `say` is told of it."""
        self._longest, self._say = seconds, say

    def outlast(self, write: Callable[[], T]) -> T:
        """What `write` returns, tried again until the server is there. Raises LedgerAwayError."""
        began = time.monotonic()
        away = False
        with self._waiting(began):
            while True:
                try:
                    written = write()
                except LedgerAwayError as error:
                    self._pause(error, told=away)
                    away = True
                else:
                    if away:
                        self._say(f"the ledger is back after {time.monotonic() - began:.0f} s")
                    return written

    def kept(self, number: str) -> bool:
        """Whether the transaction with that number was committed, though the connection broke.

        Waits until the server can tell, if the writer may wait; else no is the answer.
        """
        while self._may_wait():
            try:
                with self._engine.connect() as connection:
                    status = connection.execute(_STATUS, {"number": number}).scalar()
            except DBAPIError:
                status = "unknown"
            if status in ("committed", "aborted"):
                return bool(status == "committed")
            time.sleep(PAUSE_SECONDS)
        return False

    @contextmanager
    def _waiting(self, since: float) -> Iterator[None]:
        self._writer.since = since
        try:
            yield
        finally:
            del self._writer.since

    def _may_wait(self) -> bool:
        since: float | None = getattr(self._writer, "since", None)
        return since is not None and time.monotonic() < since + self._longest

    def _pause(self, error: LedgerAwayError, *, told: bool) -> None:
        """Wait a moment. Raises the error when its writer has waited for long enough."""
        if not self._may_wait():
            raise error
        if not told:
            self._say(f"{error}; waiting for it, {self._longest:.0f} s at most")
        time.sleep(PAUSE_SECONDS)


class Outlasting(Protocol):
    """What `outlasting` needs to know of a ledger."""

    outages: Outages


L = TypeVar("L", bound=Outlasting)


def outlasting(
    write: Callable[Concatenate[L, P], T],
) -> Callable[Concatenate[L, P], T]:
    """The method of a ledger, one transaction, with outages of the server outlasted."""

    @wraps(write)
    def outlasted(ledger: L, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return ledger.outages.outlast(lambda: write(ledger, *args, **kwargs))

    return outlasted
