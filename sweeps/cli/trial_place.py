"""A trial as it is typed: `latest/12`, `mn2p5d/12`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweeps.cli.endings import BadInputError
from sweeps.wording import titled

if TYPE_CHECKING:
    from sweeps.ledger.records import SweepRow


def split_place(place: str) -> tuple[str, int | None]:
    """(what was typed for the sweep, the trial's number or None). Raises BadInputError."""
    typed, slash, number = place.partition("/")
    if not slash:
        return place, None
    if not (number.isascii() and number.isdecimal() and len(number) < 16):
        raise BadInputError(f"{number!r} in {place!r} is not a trial's number: write {typed}/12")
    return typed, int(number)


def missing(row: SweepRow, number: int) -> str:
    """That the sweep has no trial of that number, and which it has."""
    begun = row.ended + row.running + row.cancelled
    there = f"its trials so far are 0 to {begun - 1:,}" if begun else "none has begun yet"
    return f"{titled(row)} has no trial {number}: {there}"
