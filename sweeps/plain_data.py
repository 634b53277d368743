"""Any description as plain data: dicts, lists, texts, numbers, truth values and null."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from search_spaces.errors import Path
from search_spaces.values import shown
from sweeps.errors import SweepError

DEEPEST = 30


def plain(value: Any, path: Path = ()) -> Any:
    """A deep copy with JSON types only: what is stored, compared and read again.

    Raises SweepError for other types, for keys that are not text, and for data nested without end.
    """
    if len(path) > DEEPEST:
        raise SweepError(f"nested more than {DEEPEST} levels deep", path)
    if isinstance(value, Mapping):
        return {_key(key, path): plain(inner, (*path, key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, (*path, index)) for index, inner in enumerate(value)]
    if value is None or isinstance(value, bool):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    kind_name = type(value).__name__
    raise SweepError(f"{shown(value)} ({kind_name}) is not a number, text, list or mapping", path)


def _key(key: Any, path: Path) -> str:
    if not isinstance(key, str):
        raise SweepError(f"key {shown(key)} is not a name", path)
    return key
