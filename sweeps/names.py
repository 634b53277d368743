"""What people may call a sweep and its constraints: names that are safe wherever they end up.

A sweep's name becomes part of file names, terminal lines, shell commands and MLflow's tags; a
constraint's name stands in lines and reports only, so it may be the comparison itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from search_spaces.errors import Path
from search_spaces.spelling import character
from search_spaces.values import shown
from sweeps.errors import SweepError

LONGEST = 100


@dataclass(frozen=True)
class NameRule:
    """The signs that a name may have beside ASCII letters, digits and spaces.

    A name begins with a letter or digit, does not end in a space or dot, and has at most 100
    characters.
    """

    signs: str

    def read(self, given: object, path: Path, *, is_key: bool = False) -> str:
        """The name; `is_key` tells that it is the key at the path's end, not the value there.

        Raises SweepError that says which character is wrong, and where it stands.
        """
        if not isinstance(given, str) or not given.strip():
            raise SweepError(f"{shown(given)} is not a name", path, about_key=is_key)
        wrong = self._wrong(given)
        if wrong is not None:
            raise SweepError(f"{shown(given)} {wrong}", path, about_key=is_key)
        return given

    def _wrong(self, name: str) -> str | None:
        if len(name) > LONGEST:
            return f"has {len(name):,} characters; a name has at most {LONGEST}"
        found = re.search(f"[^A-Za-z0-9 {re.escape(self.signs)}]", name)
        if found is not None:
            allowed = f"ASCII letters, digits, spaces and {' '.join(self.signs)}"
            return f"has {_told(found[0])} as character {found.start() + 1}; a name has {allowed}"
        if not name[0].isalnum():
            return f"begins with {name[0]!r}; a name begins with a letter or a digit"
        if name[-1] in " .":
            return f"ends in {name[-1]!r}; take that away"
        return None


SWEEP_NAME = NameRule("._-+")
CONSTRAINT_NAME = NameRule("._-+*%<>=(),:")


def _told(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    told = character(char)
    return f"{told}," if "," in told else told
