"""Whether the store can be used: its ledger opened, or made."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sweeps.cli.finding import Finding, write_into
from sweeps.cli.wording import count
from sweeps.errors import LedgerError, LedgerVersionError
from sweeps.file_systems import over_network
from sweeps.store import Store


def store(place: Store) -> Finding:
    """The store's ledger, opened when it has today's layout: an older one is left as it is."""
    facts: dict[str, Any] = {"folder": str(place.folder), "sweeps": 0}
    file = place.folder / "ledger.db"
    if not file.exists():
        return _new(place, facts)
    from sweeps.ledger_schema import VERSION

    layout, sweeps = _glance(file)
    if layout is not None and layout < VERSION:
        facts |= {"sweeps": sweeps, "layout": layout}
        said = (
            f"{place.folder}, {count(sweeps, 'sweep')}, in layout {layout}: brought up to "
            f"{VERSION} when it is used next"
        )
        return Finding("store", said, facts)
    return _opened(place, facts)


def _opened(place: Store, facts: dict[str, Any]) -> Finding:
    from sweeps.ledger import Ledger

    try:
        with closing(Ledger.open(place.ledger_url)) as ledger:
            facts["sweeps"] = len(ledger.sweeps())
    except LedgerError as error:
        trouble = str(error)
        if not isinstance(error, LedgerVersionError) and "--store" not in trouble:
            trouble += "; move it away, or use another --store folder"
        return Finding("store", f"{place.folder}, which cannot be used", facts, trouble)
    return Finding("store", f"{place.folder}, {count(facts['sweeps'], 'sweep')}", facts)


def _glance(file: Path) -> tuple[int | None, int]:
    """(layout, number of sweeps), read without changing anything; (None, 0) if that fails.

    Whoever opens it properly then finds out why.
    """
    try:
        address = f"file:{quote(str(file))}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=1.0)) as connection:
            layout = connection.execute("SELECT version FROM ledger").fetchone()[0]
            return layout, connection.execute("SELECT count(*) FROM sweep").fetchone()[0]
    except (sqlite3.Error, TypeError):
        return None, 0


def _new(place: Store, facts: Mapping[str, Any]) -> Finding:
    trouble = None
    kind = over_network(place.folder)
    if kind is not None:
        trouble = (
            f"{place.folder} is on a network file system ({kind}), where SQLite may lose or tear "
            "what it holds: give a folder on a local disk with --store"
        )
    try:
        write_into(place.folder)
    except OSError as error:
        trouble = (
            f"no store can be made at {place.folder} ({error.strerror}): work in a folder that can "
            "be written, or give one with --store"
        )
    return Finding("store", f"none at {place.folder} yet, the first run makes it", facts, trouble)
