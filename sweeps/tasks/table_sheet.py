"""A table as it was read, and where in its file each row stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.tasks.table_file import Source

MOST_COLUMNS = 10_000


@dataclass(frozen=True)
class Sheet:
    """A pandas table and the file it comes from. `lines` are those on which its rows begin."""

    frame: Any
    source: Source
    lines: Sequence[int] | None = None

    def place(self, row: int) -> str:
        """Where a row stands, counted from 0: `line 12`, or `row 11` of a file without lines."""
        return f"row {row + 1:,}" if self.lines is None else f"line {self.lines[row]:,}"

    def wrong(self, message: str) -> SweepError:
        """The error for what stands in the file."""
        return self.source.wrong(f": {message}")


def check_names(names: Sequence[str], source: Source) -> None:
    """Raise SweepError for a header that cannot be one: too long, with a name twice, or data."""
    if len(names) > MOST_COLUMNS:
        raise source.wrong(
            f" has {len(names):,} columns, and tables have {MOST_COLUMNS:,} at most: leave some "
            "out of the file, or hand over an array with `task: {load: my_data:load}`"
        )
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if name in seen:
            raise source.wrong(
                f": columns {seen[name]} and {position} are both called {shown(name)}"
            )
        seen[name] = position
    if all(_is_number(name) for name in names):
        raise source.wrong(
            f" has no header: its first line, {', '.join(names[:3])}…, is taken for the names of "
            "the columns; put a line of names above it"
        )


def _is_number(name: str) -> bool:
    try:
        return not math.isnan(float(name))
    except ValueError:
        return False
