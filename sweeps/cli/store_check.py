"""Whether the store can be used: its ledger opened, or made."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sweeps.cli.finding import Finding, write_into
from sweeps.errors import LedgerError, LedgerVersionError
from sweeps.file_systems import over_network
from sweeps.store import Store
from sweeps.wording import count


def store(place: Store) -> Finding:
    """The store's ledger, opened when it has today's layout: an older one is left as it is."""
    facts: dict[str, Any] = {"folder": str(place.folder), "sweeps": 0}
    if place.ledger is not None:
        facts["ledger"] = place.place
    file = place.ledger_file
    if file is None:
        return _on_server(place, facts)
    if not file.exists():
        return _new(place, facts)
    layout, sweeps = _glance(file)
    return _older(place, facts, layout, sweeps) or _opened(place, facts)


def _on_server(place: Store, facts: dict[str, Any]) -> Finding:
    from sweeps.ledger import engine as ledger_engine

    try:
        layout, sweeps = ledger_engine.glance(place.ledger_url)
    except LedgerError as error:
        return Finding("store", f"{place.place}, which cannot be used", facts, str(error))
    if layout is None:
        said = f"{place.place}, empty yet, the first run makes the tables"
        return Finding("store", said, facts, _unwritable(place))
    found = _older(place, facts, layout, sweeps) or _opened(place, facts)
    return replace(found, trouble=found.trouble or _unwritable(place))


def _older(place: Store, facts: dict[str, Any], layout: int | None, sweeps: int) -> Finding | None:
    """What is said of a ledger of an older layout; None for any other."""
    from sweeps.ledger.schema import VERSION

    if layout is None or layout >= VERSION:
        return None
    facts |= {"sweeps": sweeps, "layout": layout}
    said = (
        f"{place.place}, {count(sweeps, 'sweep')}, in layout {layout}: brought up to "
        f"{VERSION} when it is used next"
    )
    return Finding("store", said, facts)


def _opened(place: Store, facts: dict[str, Any]) -> Finding:
    from sweeps.ledger.ledger import Ledger

    try:
        with closing(Ledger.open(place.ledger_url)) as ledger:
            facts["sweeps"] = len(ledger.sweeps())
    except LedgerError as error:
        trouble = str(error)
        if not isinstance(error, LedgerVersionError) and "--store" not in trouble:
            trouble += "; move it away, or use another --store folder"
        return Finding("store", f"{place.place}, which cannot be used", facts, trouble)
    return Finding("store", f"{place.place}, {count(facts['sweeps'], 'sweep')}", facts)


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
    trouble = _unwritable(place)
    folder = (place.ledger_file or place.folder).parent
    kind = over_network(folder)
    if kind is not None:
        trouble = trouble or (
            f"{folder} is on a network file system ({kind}), where SQLite may lose or tear "
            "what it holds: give a folder on a local disk with --store"
        )
    return Finding("store", f"none at {place.place} yet, the first run makes it", facts, trouble)


def _unwritable(place: Store) -> str | None:
    """Why nothing can be kept in the store's folder, where checkpoints and reports are; or None."""
    try:
        write_into(place.folder)
    except OSError as error:
        return (
            f"no store can be made at {place.folder} ({error.strerror}): work in a folder that can "
            "be written, or give one with --store"
        )
    return None
