"""`--set search.trials=50`: single values of a sweep file, changed from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from search_spaces.errors import Path
from search_spaces.values import shown
from sweeps.errors import SweepFileError
from sweeps.strict_yaml import read_yaml

SHORT_FORMS = {"task": "name", "search": "backend", "objective": "metric"}
"""Sections that may be a bare name in a file, and the key that the name then stands for."""


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
        if not equals or not all(path):
            raise SweepFileError(f"--set {text}", "expected KEY.KEY=VALUE, as in search.trials=50")
        document = read_yaml(value.encode(), f"--set {keys.strip()}") if value.strip() else None
        return cls(text, path, None if document is None else document.value)

    @property
    def place(self) -> str:
        """What stands for the file name in messages."""
        return f"--set {self.text}"


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
