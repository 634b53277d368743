"""What is raised about a sweep's description, with its place, and about a ledger."""

from __future__ import annotations

from search_spaces import SpaceError
from search_spaces.errors import Path
from search_spaces.errors import printable as printable

LONGEST = 600
"""Characters of a message, without the place before it: what a person reads of a long value."""


class SweepError(SpaceError):
    """A description that cannot be a sweep; `path` starts at the top of the description.

    `about_key` tells that the key at the path's end is what is wrong, not the value under it.
    """

    def __init__(self, message: str, path: Path = (), *, about_key: bool = False) -> None:
        self.about_key = about_key
        super().__init__(message, path)


class SweepFileError(ValueError):
    """A sweep file, or a `--set`, that cannot be read: one line that begins with the place."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{printable(place)}: {_cut(printable(message))}")


class LedgerError(RuntimeError):
    """A ledger cannot be opened; the message says which, and why, in one line."""


class LedgerVersionError(LedgerError):
    """A ledger was written by another version of this program."""


def _cut(text: str) -> str:
    """The text without its middle where it is too long: the way out stands at the end."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST * 2 // 3]} … {text[-LONGEST // 3 :]}"
