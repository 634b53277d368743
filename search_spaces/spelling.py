"""Names that nobody knows: the nearest known one, and what in them looks like something else."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

_PLAIN = re.compile(r"[ -~]*")
_LONGEST_COMPARED = 200


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name closest to `word`, or None when none is close. Case is overlooked."""
    if len(word) > _LONGEST_COMPARED:
        return None
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def suggestion(word: str, known: Iterable[str]) -> str:
    """The end of an error message about an unknown name: the nearest one, or all there are.

    A character that may look like another one, or like none, is named first.
    """
    names = list(known)
    close = nearest(word, names)
    if close is not None:
        return f"{unusual(word)}did you mean {close!r}?"
    return unusual(word) + (f"known here: {', '.join(names)}" if names else "nothing is known here")


def unusual(word: str) -> str:
    """`it has U+0456, CYRILLIC …, as character 2; ` for the first character beyond plain ASCII.

    Nothing when there is none. All names that a description knows are plain ASCII.
    """
    place = len(_PLAIN.match(word)[0])  # type: ignore[index]  # it matches at least nothing
    if place == len(word):
        return ""
    return f"it has {character(word[place])}, as character {place + 1}; "


def character(char: str) -> str:
    """A character so that nobody takes it for another: `U+0456, CYRILLIC SMALL LETTER …`."""
    name = unicodedata.name(char, "")
    return f"U+{ord(char):04X}" + (f", {name}" if name else "")
