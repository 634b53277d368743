"""The sweeps of a service, for commands that look at them; imported where a service is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

from sweeps.cli.catalogue import Catalogue
from sweeps.cli.endings import complain
from sweeps.cli.store_flags import StoreFlags
from sweeps.client import commands
from sweeps.client.address import Address, token_from
from sweeps.client.connection import Connection
from sweeps.client.once_view import OnceView
from sweeps.client.remote_view import RemoteView
from sweeps.ledger.orders import Command
from sweeps.ledger.records import SweepRow
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

    def looked_at_once(self) -> Distant:
        """The same, with each sweep's course kept as it is first read."""
        return replace(self, ledger=OnceView(self.connection))

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

    def leave(self, row: SweepRow, command: Command) -> bool:
        """Leave a command for the process that runs the sweep; False when none does."""
        if command == "interrupt" or self.ledger.sweep(row.sweep_id).holder is None:
            return False
        commands.order(self.connection, row.sweep_id, command)
        return True

    def hold(self, row: SweepRow) -> bool:
        """Let a sweep that waits in the queue wait until it is resumed; False when it does not."""
        return self._changed(row, ("waiting", "held"), "pause")

    def let_go(self, row: SweepRow) -> bool:
        """Let a sweep that is held begin when it is its turn; False when it is not held."""
        return self._changed(row, ("held",), "resume")

    def withdraw(self, row: SweepRow, ending: Literal["stopped", "cancelled"]) -> bool:
        """End a sweep for good that waits in the queue; False when it has begun, or is about to."""
        if row.state != "queued":
            return False
        command: commands.Order = "stop" if ending == "stopped" else "cancel"
        found = commands.order(self.connection, row.sweep_id, command).row
        return found.state == ending

    def _changed(self, row: SweepRow, before: Collection[str], order: commands.Order) -> bool:
        job = self.place(row)
        if job is None or job.state not in before:
            return False
        commands.order(self.connection, row.sweep_id, order)
        return True

    def log(self, sweep_id: str) -> str:
        """What the process has said that runs the sweep, or ran it last."""
        return self.ledger.log(sweep_id)


@contextmanager
def connected(flags: StoreFlags) -> Iterator[Distant]:
    """The service that was named. Raises AddressError for an address or token that is none."""
    address = Address.of(flags.service or "")
    connection = Connection(address, token_from(flags.token_file, complain))
    try:
        yield Distant(RemoteView(connection))
    finally:
        connection.close()
