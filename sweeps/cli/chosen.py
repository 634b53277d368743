"""From what the user typed for an id to a sweep: in a store of this machine, or at a service."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from sweeps.cli.catalogue import LATEST as LATEST
from sweeps.cli.catalogue import Catalogue
from sweeps.cli.endings import BadInputError
from sweeps.cli.store_flags import StoreFlags
from sweeps.store import Store

if TYPE_CHECKING:
    from sweeps.ledger.jobs import JobState
    from sweeps.ledger.ledger import Ledger
    from sweeps.ledger.orders import Command
    from sweeps.ledger.records import SweepRow
    from sweeps.queue_place import QueuePlace
    from sweeps.watcher import AtWork


@dataclass(frozen=True)
class Shelf(Catalogue):
    """An open store."""

    store: Store
    ledger: Ledger

    @property
    def nothing(self) -> str:
        """That there is no sweep, and how to have one."""
        return f"no sweeps in {self.store.place} yet; try `sweeps run FILE`"

    def newest(self) -> SweepRow | None:
        """The most recent sweep."""
        rows = self.ledger.sweeps()
        return rows[-1] if rows else None

    def listed(self) -> list[tuple[SweepRow, QueuePlace | None]]:
        """Every sweep with its place in the queue, the most recent first."""
        places = self._places()
        return [(row, places.get(row.sweep_id)) for row in self.ledger.sweeps()[::-1]]

    def place(self, row: SweepRow) -> QueuePlace | None:
        """The sweep's place in the queue; None of one that was never in any."""
        from sweeps.ledger.jobs import job_of
        from sweeps.queue_place import place_of

        job = job_of(self.ledger, row.sweep_id)
        return None if job is None else place_of(job)

    def at_work(self, sweep_id: str) -> list[AtWork]:
        """What its workers train at the moment, where that can be seen."""
        from sweeps.live.at_work_file import read_at_work

        return read_at_work(self.store.at_work(sweep_id))

    def leave(self, row: SweepRow, command: Command) -> bool:
        """Leave a command for the process that runs the sweep; False when none does."""
        from sweeps.ledger.orders import leave

        return leave(self.ledger, row.sweep_id, command)

    def hold(self, row: SweepRow) -> bool:
        """Let a sweep that waits in a queue wait until it is resumed; False when it does not."""
        return self._changed(row, ("waiting", "held"), "held")

    def let_go(self, row: SweepRow) -> bool:
        """Let a sweep that is held begin when it is its turn; False when it is not held."""
        return self._changed(row, ("held",), "waiting")

    def withdraw(self, row: SweepRow, ending: Literal["stopped", "cancelled"]) -> bool:
        """End a sweep for good that waits in a queue; False when it has begun, or is about to."""
        from sweeps.ledger.standing import withdraw

        return row.state == "queued" and withdraw(self.ledger, row.sweep_id, ending)

    def _changed(self, row: SweepRow, before: Collection[str], state: JobState) -> bool:
        from sweeps.ledger.jobs import change, job_of

        job = job_of(self.ledger, row.sweep_id)
        if job is None or job.state not in before:
            return False
        return change(self.ledger, job, state=state)

    def log(self, sweep_id: str) -> str:
        """What a service's process has said while it ran the sweep, in this store."""
        from sweeps.service.running.session_log import log_file

        try:
            return log_file(self.store, sweep_id).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def _places(self) -> Mapping[str, QueuePlace]:
        from sweeps.ledger.jobs import JobState, jobs
        from sweeps.queue_place import place_of

        found = jobs(self.ledger, get_args(JobState))
        return {job.sweep_id: place_of(job) for job in found}


@contextmanager
def opened(flags: StoreFlags) -> Iterator[Shelf]:
    """The store that was named. Raises BadInputError when there is none, rather than make one."""
    store = flags.chosen
    if not exists(store):
        raise _nothing_in(store)
    from sweeps.ledger.ledger import Ledger

    ledger = Ledger.open(store.ledger_url)
    try:
        yield Shelf(ledger=ledger, store=store)
    finally:
        ledger.close()


@contextmanager
def reached(flags: StoreFlags) -> Iterator[Catalogue]:
    """The store or the service that was named. Raises BadInputError where there is no store."""
    if flags.service is None:
        with opened(flags) as shelf:
            yield shelf
        return
    from sweeps.cli.distant import connected

    with connected(flags) as distant:
        yield distant


def _nothing_in(store: Store) -> BadInputError:
    return BadInputError(f"no sweeps in {store.place} yet; try `sweeps run FILE`")


def exists(store: Store) -> bool:
    """Whether the store was ever written to; of one on a server that is said by the server."""
    return store.ledger_file is None or store.ledger_file.is_file()
