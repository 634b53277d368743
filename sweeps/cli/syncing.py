"""`sweeps sync`."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING

import typer

from sweeps.cli.chosen import Shelf, opened
from sweeps.cli.endings import FAILED, complain, guarded
from sweeps.cli.options import OneOrAll, TrackingUri
from sweeps.cli.screen import progress, say, say_if_heard
from sweeps.cli.store_flags import HERE, StoreOption
from sweeps.cli.telling import command
from sweeps.interrupts import WATCHED
from sweeps.lease import LeaseError
from sweeps.wording import count, titled, waiting

if TYPE_CHECKING:
    from sweeps.ledger.records import SweepRow


@dataclass
class Broken:
    """Which signal said that it is enough, if one did."""

    off_by: int | None = None


@guarded
def sync(
    sweep_id: OneOrAll = None, store: StoreOption = HERE, tracking_uri: TrackingUri = None
) -> None:
    """Send MLflow what it lacks, as long as it takes records.

    Ctrl-C leaves the rest for another time.
    """
    with opened(store) as shelf, _breakable() as broken:
        rows = _all(shelf) if sweep_id is None else _one(shelf, sweep_id)
        left = [
            row.sweep_id
            for row in rows
            if broken.off_by is not None or not _sent(shelf, row, tracking_uri)
        ]
    if left:
        which = left[0] if len(left) == 1 else None
        say_if_heard([f"the rest: {command('sync', which, store, tracking_uri)}"])
    if broken.off_by is not None:
        raise typer.Exit(128 + broken.off_by)
    raise typer.Exit(FAILED if left else 0)


def lacks(row: SweepRow) -> bool:
    """Whether MLflow lacks something of a sweep that has begun, and nobody is there to send it."""
    from sweeps.ledger.records import QUEUED

    begun = row.state != QUEUED
    return begun and row.holder is None and (row.unsent > 0 or not row.end_sent)


def _all(shelf: Shelf) -> list[SweepRow]:
    rows = shelf.ledger.sweeps()
    held = [f"{titled(row)}: {row.holder} sends what it has itself" for row in rows if row.holder]
    say(held)
    found = [row for row in rows if lacks(row)]
    if not found:
        say([f"nothing {'else ' if held else ''}to send: MLflow has all that it should"])
    return found


def _one(shelf: Shelf, typed: str) -> list[SweepRow]:
    row = shelf.sweep(typed)
    if row.holder is not None:
        raise LeaseError(
            f"sweep {row.sweep_id}: {row.holder} runs it, and sends what it has itself"
        )
    if not lacks(row):
        say([f"{titled(row)}: nothing to send, MLflow has all of it"])
    return [row] if lacks(row) else []


def _sent(shelf: Shelf, row: SweepRow, uri: str | None) -> bool:
    """Send what MLflow lacks of one sweep, and tell what it took; whether that was all.

    What keeps one sweep from being sent (its data are gone, somebody runs it by now) is told, and
    keeps no other.
    """
    from sweeps import coordinator

    say([f"{titled(row)}: sending {_what(row)}"])
    try:
        with suppress(KeyboardInterrupt), progress() as watcher:
            coordinator.sync(row.sweep_id, store=shelf.store, tracking_uri=uri, watcher=watcher)
    except (LeaseError, ValueError) as error:
        complain(f"{titled(row)}: {error}")
        return False
    after = shelf.ledger.sweep(row.sweep_id)
    say_if_heard([f"{titled(row)}: {_told(row, after)}"])
    return not lacks(after)


def _what(row: SweepRow) -> str:
    return count(row.unsent, "trial") if row.unsent else "how it ended"


def _told(before: SweepRow, after: SweepRow) -> str:
    if not lacks(after):
        return f"{_what(before)} sent, MLflow has all of it"
    sent = f"{count(before.unsent - after.unsent, 'trial')} sent, " if before.unsent else ""
    return sent + (waiting(after.unsent) if after.unsent else "how it ended waits")


@contextmanager
def _breakable() -> Iterator[Broken]:
    """Within it, a signal ends the sending under way, and is remembered.

    The sender takes a KeyboardInterrupt for the wish to leave the rest, so it is not seen again.
    """
    broken = Broken()

    def take(number: int, _frame: FrameType | None) -> None:
        broken.off_by = number
        raise KeyboardInterrupt

    before = {number: signal.signal(number, take) for number in WATCHED}
    try:
        yield broken
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
