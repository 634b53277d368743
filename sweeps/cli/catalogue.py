"""Sweeps that a command can look at, wherever they are kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sweeps.cli.endings import BadInputError

if TYPE_CHECKING:
    from sweeps.ledger.orders import Command
    from sweeps.ledger.reading import LedgerReading
    from sweeps.ledger.records import SweepRow
    from sweeps.queue_place import QueuePlace
    from sweeps.sweep import Sweep
    from sweeps.watcher import AtWork

LATEST = "latest"
MOST_TOLD = 5


@dataclass(frozen=True)
class Catalogue(ABC):
    """Sweeps and their trials; `ledger` reads them."""

    ledger: LedgerReading

    @property
    @abstractmethod
    def nothing(self) -> str:
        """That there is no sweep, and how to have one."""

    @abstractmethod
    def newest(self) -> SweepRow | None:
        """The most recent sweep."""

    @abstractmethod
    def listed(self) -> list[tuple[SweepRow, QueuePlace | None]]:
        """Every sweep with its place in the queue, the most recent first."""

    @abstractmethod
    def place(self, row: SweepRow) -> QueuePlace | None:
        """The sweep's place in the queue; None of one that was never in any."""

    @abstractmethod
    def at_work(self, sweep_id: str) -> list[AtWork]:
        """What its workers train at the moment, where that can be seen."""

    @abstractmethod
    def leave(self, row: SweepRow, command: Command) -> bool:
        """Leave a command for the process that runs the sweep; False when none does."""

    @abstractmethod
    def hold(self, row: SweepRow) -> bool:
        """Let a sweep that waits in a queue wait until it is resumed; False when it does not."""

    @abstractmethod
    def let_go(self, row: SweepRow) -> bool:
        """Let a sweep that is held in a queue begin when it is its turn; False when it is not."""

    @abstractmethod
    def withdraw(self, row: SweepRow, ending: Literal["stopped", "cancelled"]) -> bool:
        """End a sweep for good that waits in a queue; False when it has begun, or is about to."""

    @abstractmethod
    def log(self, sweep_id: str) -> str:
        """What a service's process has said while it ran the sweep; empty where none has."""

    def looked_at_once(self) -> Catalogue:
        """The same for a command that does not look on: what takes long is read once only."""
        return self

    def sweep(self, typed: str) -> SweepRow:
        """The sweep with that id, or with an id that begins so, or the only one of that name.

        `latest` is the most recent one. Raises BadInputError.
        """
        if typed == LATEST:
            newest = self.newest()
            if newest is None:
                raise BadInputError(self.nothing)
            return newest
        try:
            return self.ledger.sweep(typed)
        except LookupError as error:
            return self._named(typed, str(error.args[0]))

    def sweep_of(self, row: SweepRow) -> Sweep:
        """The description that the sweep was started with."""
        from sweeps.reading.sweep import read_sweep

        return read_sweep(self.ledger.document(row.sweep_id))

    def _named(self, typed: str, otherwise: str) -> SweepRow:
        rows = self.ledger.sweeps()
        if not rows:
            raise BadInputError(self.nothing)
        if any(row.race == typed for row in rows):
            raise BadInputError(
                f"{typed} is a race of several sweeps, which `sweeps ls` lists; "
                f"`sweeps race --resume {typed}` goes on with it, or shows what came of it"
            )
        found = [row for row in rows if row.name == typed]
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(row.sweep_id for row in found[::-1][:MOST_TOLD])
            others = f" and {len(found) - MOST_TOLD:,} others" if len(found) > MOST_TOLD else ""
            otherwise = f"{len(found):,} sweeps are called {typed!r}: write an id, {ids}{others}"
        raise BadInputError(otherwise)
