"""Answers with many rows, written while they are read: only a few rows are in memory at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from fastapi.responses import Response, StreamingResponse

Row = Mapping[str, Any]

ReadAfter = Callable[[int, int], Sequence[Row]]
"""From a number to the rows after it, by number: so many at most."""


@dataclass
class Rows:
    """The next rows after the number `after`, `limit` of them at most, read `at_once` at a time.

    Each has its `number`. The ledger is held by nobody between two readings, however slowly a
    client takes what it is sent; rows that change meanwhile come as they are when they are read.
    `check_there` raises when what they belong to was removed: then there are no more of them, but
    those that were read before are not all.
    """

    read: ReadAfter
    check_there: Callable[[], object]
    after: int
    limit: int
    at_once: int

    def __iter__(self) -> Iterator[Sequence[Row]]:
        left = self.limit
        while left > 0:
            wanted = min(left, self.at_once)
            found = self._read(wanted)
            if found:
                self.after = found[-1]["number"]
                yield found
            if len(found) < wanted:
                return
            left -= wanted

    def next(self) -> int | None:
        """Once these are read: the number that others come after, None where none do."""
        return self.after if self._read(1) else None

    def _read(self, wanted: int) -> Sequence[Row]:
        found = self.read(self.after, wanted)
        if len(found) < wanted:
            self.check_there()
        return found


def as_list(rows: Rows) -> Response:
    """The rows as one JSON list."""
    return _sent(_written("[", rows, lambda: "]"))


def as_page(rows: Rows) -> Response:
    """The rows, and where the page after this one begins."""
    return _sent(_written('{"items":[', rows, lambda: f'],"next":{json.dumps(rows.next())}}}'))


def _written(head: str, rows: Rows, tail: Callable[[], str]) -> Iterator[str]:
    """Pieces of text; with the first one the first rows have been read."""
    before = head
    for some in rows:
        yield before + json.dumps(some, separators=(",", ":"), allow_nan=False)[1:-1]
        before = ","
    yield (head if before == head else "") + tail()


def _sent(pieces: Iterator[str]) -> Response:
    """Send them. What cannot be read at first is a problem as ever; later the answer breaks off."""
    first = next(pieces)
    return StreamingResponse(chain((first,), pieces), media_type="application/json")
