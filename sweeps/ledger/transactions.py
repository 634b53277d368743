"""How a ledger is written to: one transaction at a time, by whoever may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from sweeps.lease import Claim
from sweeps.ledger import lease_row
from sweeps.ledger.engine import trouble
from sweeps.ledger.outage import Outages
from sweeps.ledger.turns import Turns
from sweeps.ledger.view import LedgerView


class Transactions(LedgerView):
    """A ledger that can be read, and changed within `writing` or `changing`.

    `outages` says how long a server that is away is waited for.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.outages = Outages(self._engine)
        self._turns = Turns(self._engine)

    @contextmanager
    def writing(self, claim: Claim) -> Iterator[Connection]:
        """One transaction of the sweep's holder, which renews the lease.

        Raises LeaseError, and keeps nothing, when the holder is no longer that.
        """
        claim.term.awake()
        try:
            with self.changing() as connection:
                lease_row.renew(connection, claim)
                yield connection
        finally:
            claim.term.awake()

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """One transaction of anybody, for what is not the holder's alone."""
        connected, number = False, None
        try:
            with self._turns.taken(), self._engine.connect() as connection:
                connected = True
                with connection.begin():
                    yield connection
                    number = connection.info.pop(lease_row.NUMBER, None)
        except DBAPIError as error:
            if number is None or not self.outages.kept(number):
                raise trouble(self._engine, "written", error, connected=connected) from error
