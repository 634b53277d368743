"""What is raised about a sweep's description, with its place, and about a ledger."""

from __future__ import annotations

from search_spaces import SpaceError
from search_spaces.errors import Path, one_line
from search_spaces.errors import printable as printable


class SweepError(SpaceError):
    """A description that cannot be a sweep; `path` starts at the top of the description.

    `about_key` tells that the key at the path's end is what is wrong, not the value under it.
    `lines` is a traceback of the user's own code, where that is what failed.
    """

    def __init__(
        self, message: str, path: Path = (), *, about_key: bool = False, lines: str = ""
    ) -> None:
        self.about_key = about_key
        self.lines = lines
        super().__init__(message, path)


class SweepFileError(ValueError):
    """A sweep file, or a `--set`, that cannot be read: one line that begins with the place.

    `lines` is as in `SweepError`.
    """

    def __init__(self, place: str, message: str, lines: str = "") -> None:
        self.lines = lines
        super().__init__(f"{printable(place)}: {one_line(message)}")


class LedgerError(RuntimeError):
    """A ledger cannot be opened; the message says which, and why, in one line."""


class LedgerAwayError(LedgerError):
    """A ledger's server cannot be reached, or is no longer there: that may pass."""


class LedgerVersionError(LedgerError):
    """A ledger was written by another version of this program."""


class SeveralSweepsError(LookupError):
    """What was typed is the beginning of several sweeps' ids."""


class NoSweepError(LookupError):
    """There is no such sweep in a ledger, or no more; nothing that a bug would raise."""
