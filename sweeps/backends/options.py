"""Readers for a backend's own settings, as they stand under `search:` in a sweep file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from search_spaces import SpaceError, nearest
from search_spaces.spelling import unusual
from search_spaces.values import shown

Read = Callable[[str, Any], Any]
"""Takes a setting's name and value; gives the value or raises SpaceError."""


def whole_number(least: int, most: int) -> Read:
    """Whole numbers from `least` to `most`."""

    def read(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise wrong(name, f"{shown(value)} is not a whole number from {least} to {most:,}")
        return value

    return read


def truth(name: str, value: Any) -> bool:
    """`true` or `false`."""
    if not isinstance(value, bool):
        raise wrong(name, f"{shown(value)} is neither true nor false")
    return value


def one_of(known: Iterable[str]) -> Read:
    """One of a few words."""
    words = list(known)

    def read(name: str, value: Any) -> str:
        if value not in words:
            raise wrong(name, f"{shown(value)} is not known; {hint(str(value), words)}")
        return str(value)

    return read


def wrong(name: str, message: str) -> SpaceError:
    """The error for a setting of the search."""
    return SpaceError(message, ("search", name))


def hint(word: str, known: Iterable[str]) -> str:
    """The nearest known name, or all of them."""
    names = sorted(known)
    close = nearest(word, names)
    if close is not None:
        return f"{unusual(word)}did you mean {close!r}?"
    return unusual(word) + (f"there is {', '.join(names)}" if names else "there are none")
