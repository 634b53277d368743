"""Stores and their sweeps, as they are named from Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sweeps.store import Store

if TYPE_CHECKING:
    from sweeps.ledger.ledger import Ledger
    from sweeps.ledger.records import SweepRow

LATEST = "latest"


def found(store: Store, prefix: str) -> str:
    """The whole id of the sweep whose id begins so. Raises LookupError."""
    with opened(store) as ledger:
        return row_of(ledger, prefix).sweep_id


def row_of(ledger: Ledger, prefix: str) -> SweepRow:
    """The sweep whose id begins so. Raises LookupError."""
    if prefix != LATEST:
        return ledger.sweep(prefix)
    rows = ledger.sweeps()
    if not rows:
        raise LookupError("no sweeps in this store yet; run one with sweeps.run")
    return rows[-1]


@contextmanager
def opened(store: Store) -> Iterator[Ledger]:
    """The store's ledger, within a `with`."""
    from sweeps.ledger.ledger import Ledger

    ledger = Ledger.open(store.ledger_url)
    try:
        yield ledger
    finally:
        ledger.close()


def store_at(folder: str | Path | None) -> Store:
    """The store in that folder, or the default one."""
    return Store.at(None if folder is None else Path(folder))
