"""From the bytes of a sweep file to its text: UTF-8, of bounded size, nothing hidden in it."""

from __future__ import annotations

import re
import unicodedata

from search_spaces.spelling import character
from sweeps.errors import SweepFileError

LARGEST = 500_000
"""Bytes. A sweep file is written by a person."""
MOST_LINES = 20_000
LONGEST_LINE = 10_000

_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff"
_WITHOUT_WIDTH = "\u00ad\u180e\u200b\u2060-\u2065\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
"""These make a reader see another order than the program does."""

_FORBIDDEN = re.compile(f"[{_CONTROLS}{_WITHOUT_WIDTH}{_TURNING}]")


def readable_text(data: bytes, name: str) -> str:
    """The text in the bytes, one mark of their order at the start left out.

    `name` stands for the file in messages. Raises SweepFileError for what is not UTF-8, over
    500,000 bytes, 20,000 lines or 10,000 characters in a line, and for tabs and characters that
    control a terminal or cannot be seen.
    """
    text = _decoded(data, name)
    for number, line in enumerate(text.split("\n"), start=1):
        if number > MOST_LINES:
            raise SweepFileError(
                f"{name}:{number}:1", f"more than {MOST_LINES:,} lines in one file"
            )
        _check_line(line, f"{name}:{number}")
    return text


def _decoded(data: bytes, name: str) -> str:
    if len(data) > LARGEST:
        raise SweepFileError(
            f"{name}:1:1", f"more than {LARGEST:,} bytes; a sweep file is smaller than that"
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SweepFileError(f"{name}:1:1", "UTF-16 text; save the file as UTF-8")
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise SweepFileError(
            f"{name}:{line}:{column}", f"byte 0x{data[error.start]:02x} is not UTF-8 text"
        ) from error


def _check_line(line: str, place: str) -> None:
    if len(line) > LONGEST_LINE:
        raise SweepFileError(
            f"{place}:{LONGEST_LINE + 1}",
            f"a line of {len(line):,} characters; at most {LONGEST_LINE:,} are read",
        )
    tab = line.find("\t")
    if tab >= 0:
        raise SweepFileError(f"{place}:{tab + 1}", "a tab; use spaces")
    if found := _FORBIDDEN.search(line):
        kind = "invisible" if unicodedata.name(found[0], "") else "control"
        raise SweepFileError(
            f"{place}:{found.start() + 1}",
            f"the {kind} character {character(found[0])}; remove it",
        )
