"""The nearest known name, for "did you mean"."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name closest to `word`, or None when none is close. Case is overlooked."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def suggestion(word: str, known: Iterable[str]) -> str:
    """The end of an error message about an unknown name: the nearest one, or all there are."""
    names = list(known)
    close = nearest(word, names)
    if close is not None:
        return f"did you mean {close!r}?"
    return f"known here: {', '.join(names)}" if names else "nothing is known here"
