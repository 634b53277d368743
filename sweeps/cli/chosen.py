"""From what the user typed for an id to a sweep in the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweeps.cli.endings import BadInputError
from sweeps.cli.store_flags import StoreFlags
from sweeps.store import Store

if TYPE_CHECKING:
    from sweeps.ledger import Ledger
    from sweeps.ledger_records import SweepRow
    from sweeps.sweep import Sweep

LATEST = "latest"
MOST_TOLD = 5


@dataclass(frozen=True)
class Shelf:
    """An open store."""

    store: Store
    ledger: Ledger

    def sweep(self, typed: str) -> SweepRow:
        """The sweep with that id, or with an id that begins so, or the only one of that name.

        `latest` is the most recent one. Raises BadInputError.
        """
        if typed == LATEST:
            rows = self.ledger.sweeps()
            if not rows:
                raise _nothing_in(self.store)
            return rows[-1]
        try:
            return self.ledger.sweep(typed)
        except LookupError as error:
            return self._named(typed, str(error.args[0]))

    def sweep_of(self, row: SweepRow) -> Sweep:
        """The description that the sweep was started with."""
        from sweeps.reading import read_sweep

        return read_sweep(self.ledger.document(row.sweep_id))

    def _named(self, typed: str, otherwise: str) -> SweepRow:
        rows = self.ledger.sweeps()
        if not rows:
            raise _nothing_in(self.store)
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


@contextmanager
def opened(flags: StoreFlags) -> Iterator[Shelf]:
    """The store that was named. Raises BadInputError when there is none, rather than make one."""
    store = flags.chosen
    if not exists(store):
        raise _nothing_in(store)
    from sweeps.ledger import Ledger

    ledger = Ledger.open(store.ledger_url)
    try:
        yield Shelf(store, ledger)
    finally:
        ledger.close()


def _nothing_in(store: Store) -> BadInputError:
    return BadInputError(f"no sweeps in {store.place} yet; try `sweeps run FILE`")


def exists(store: Store) -> bool:
    """Whether the store was ever written to; of one on a server that is said by the server."""
    return store.ledger_file is None or store.ledger_file.is_file()
