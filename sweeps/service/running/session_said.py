"""What coordinators have said, read from its end: logs may be long.

What trials printed went there unseen, so secrets are taken out here.
"""

from __future__ import annotations

from pathlib import Path

from sweeps.redaction import redacted

MOST_BYTES = 1_000_000
"""Of a log that are read at once."""


def tail(path: Path, lines: int | None) -> str:
    """The last lines of a log, as many as fit into a megabyte at most; None: no fewer than that.

    Empty where nothing was said yet.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            start = max(0, size - MOST_BYTES)
            file.seek(start)
            said = file.read(MOST_BYTES)
    except FileNotFoundError:
        return ""
    if start:
        said = said.partition(b"\n")[2]
    text = redacted(said.decode("utf-8", "replace"))
    if lines is None:
        return text
    *whole, rest = text.split("\n")
    kept = [f"{line}\n" for line in whole] + ([rest] if rest else [])
    return "".join(kept[-lines:] if lines else [])


def size_of(path: Path) -> int:
    """How many bytes were said; 0 where there are none yet."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def said_after(path: Path, offset: int) -> tuple[list[str], int]:
    """(whole lines from the offset on, where the next one begins).

    A log that is shorter than the offset was begun anew. Of what is very long, the last part.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            start = 0 if size < offset else max(offset, size - MOST_BYTES)
            file.seek(start)
            said = file.read(MOST_BYTES)
    except FileNotFoundError:
        return [], 0
    whole, newline, _ = said.rpartition(b"\n")
    if not newline:
        return [], start
    lines = redacted(whole.decode("utf-8", "replace")).split("\n")
    return lines, start + len(whole) + 1
