"""`--set search.trials=50`: single values of a sweep file, changed from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from search_spaces.errors import Path
from search_spaces.values import shown
from sweeps.errors import SweepFileError
from sweeps.reading.strict_yaml import DEEPEST, read_yaml

SHORT_FORMS = {
    "task": "name",
    "model": "path",
    "estimator": "path",
    "function": "path",
    "search": "backend",
    "objective": "metric",
}
"""Sections that may be a bare name in a file, and the key that the name then stands for."""
LONGEST_PLACE = 200
"""Characters of a `--set` that messages repeat."""


@dataclass(frozen=True)
class Override:
    """One `--set`: where, and the value in place of what stands there."""

    text: str
    path: Path
    value: Any

    @classmethod
    def read(cls, text: str) -> Override:
        """Read `KEY.KEY=VALUE`; the value is YAML. Raises SweepFileError."""
        keys, equals, value = text.partition("=")
        path = tuple(key.strip() for key in keys.split("."))
        if not equals or not all(path) or len(path) > DEEPEST:
            raise SweepFileError(_place(text), "expected KEY.KEY=VALUE, as in search.trials=50")
        # What no text encoding of the command line could read stands here as lone surrogates.
        data = value.encode("utf-8", "surrogateescape")
        document = read_yaml(data, _place(keys.strip())) if value.strip() else None
        return cls(text, path, None if document is None else document.value)

    @property
    def place(self) -> str:
        """What stands for the file name in messages."""
        return _place(self.text)


def _place(text: str) -> str:
    """`--set TEXT`, of a very long one only the beginning."""
    return f"--set {text}" if len(text) <= LONGEST_PLACE else f"--set {text[:LONGEST_PLACE]}…"


def overridden(document: Any, overrides: Sequence[Override]) -> Any:
    """A copy of the description with the values in place, the later of two winning."""
    changed = deepcopy(document)
    for override in overrides if isinstance(changed, dict) else ():
        _put(changed, override)
    return changed


def _put(document: Any, override: Override) -> None:
    inside = document
    for depth, key in enumerate(override.path[:-1]):
        if not isinstance(inside, dict):
            break
        held = inside.get(key, {})
        if depth == 0 and isinstance(held, str) and key in SHORT_FORMS:
            held = {SHORT_FORMS[key]: held}
        inside[key] = held
        inside = held
    if not isinstance(inside, dict):
        above = ".".join(str(key) for key in override.path[:-1])
        raise SweepFileError(
            override.place, f"{above} is {shown(inside)}, so nothing can be set inside it"
        )
    inside[override.path[-1]] = override.value
