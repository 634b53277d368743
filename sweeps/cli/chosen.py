"""From what the user typed for an id to a sweep in the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sweeps.cli.endings import BadInputError
from sweeps.store import Store

if TYPE_CHECKING:
    from sweeps.ledger import Ledger
    from sweeps.ledger_records import SweepRow

LATEST = "latest"


@dataclass(frozen=True)
class Shelf:
    """An open store."""

    store: Store
    ledger: Ledger

    def sweep(self, typed: str) -> SweepRow:
        """The sweep with that id, or with an id that begins so; `latest` is the most recent one.

        Raises BadInputError.
        """
        rows = self.ledger.sweeps()
        if not rows:
            raise BadInputError(f"no sweeps in {self.store.folder} yet; try `sweeps run FILE`")
        if typed == LATEST:
            return rows[-1]
        try:
            return self.ledger.sweep(typed)
        except LookupError as error:
            raise BadInputError(str(error.args[0])) from error


@contextmanager
def opened(folder: Path | None) -> Iterator[Shelf]:
    """The store at `folder`. Raises BadInputError when there is none, rather than make one."""
    store = Store.at(folder)
    if not exists(store):
        raise BadInputError(f"no sweeps in {store.folder} yet; try `sweeps run FILE`")
    from sweeps.ledger import Ledger

    ledger = Ledger.open(store.ledger_url)
    try:
        yield Shelf(store, ledger)
    finally:
        ledger.close()


def exists(store: Store) -> bool:
    """Whether the store was ever written to."""
    return (store.folder / "ledger.db").is_file()
