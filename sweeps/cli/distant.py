"""The sweeps of a service, for commands that look at them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweeps.cli.catalogue import Catalogue
from sweeps.cli.endings import complain
from sweeps.cli.store_flags import StoreFlags

if TYPE_CHECKING:
    from sweeps.client.connection import Connection
    from sweeps.client.remote_view import RemoteView
    from sweeps.ledger_records import SweepRow
    from sweeps.queue_place import QueuePlace
    from sweeps.watcher import AtWork


@dataclass(frozen=True)
class Distant(Catalogue):
    """A service that is spoken to."""

    ledger: RemoteView

    @property
    def connection(self) -> Connection:
        """To the service."""
        return self.ledger.connection

    @property
    def nothing(self) -> str:
        """That there is no sweep, and how to have one."""
        return f"no sweeps at {self.connection.url} yet; try `sweeps submit FILE`"

    def newest(self) -> SweepRow | None:
        """The most recent sweep."""
        found = self.ledger.infos(limit=1)
        return found[0].row if found else None

    def listed(self) -> list[tuple[SweepRow, QueuePlace | None]]:
        """Every sweep with its place in the queue, the most recent first."""
        return [(info.row, info.job) for info in self.ledger.infos()]

    def place(self, row: SweepRow) -> QueuePlace | None:
        """The sweep's place in the queue; None of one that was never in any."""
        return self.ledger.info(row.sweep_id).job

    def at_work(self, sweep_id: str) -> list[AtWork]:
        """What its workers train at the moment."""
        return self.ledger.at_work(sweep_id)

    def log(self, sweep_id: str) -> str:
        """What the process has said that runs the sweep, or ran it last."""
        return self.ledger.log(sweep_id)


@contextmanager
def connected(flags: StoreFlags) -> Iterator[Distant]:
    """The service that was named. Raises AddressError for an address or token that is none."""
    from sweeps.client.address import Address, token_from
    from sweeps.client.connection import Connection
    from sweeps.client.remote_view import RemoteView

    address = Address.of(flags.service or "")
    connection = Connection(address, token_from(flags.token_file, complain))
    try:
        yield Distant(RemoteView(connection))
    finally:
        connection.close()
