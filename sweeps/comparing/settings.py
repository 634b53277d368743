"""Where the descriptions of sweeps differ, key by key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LABELS = ("name", "version", "folder")
"""Keys that change nothing about what is searched."""


@dataclass(frozen=True)
class Row:
    """A key with the value that each sweep has for it, as text; None where it has none."""

    key: str
    values: tuple[str | None, ...]


def differences(documents: Sequence[Mapping[str, Any]], leave: Sequence[str] = LABELS) -> list[Row]:
    """The keys that not all have alike, in the order in which they first occur.

    A mapping counts key by key (`space.width.low`), anything else as a whole.
    """
    flat = [
        {key: value for key, value in _flat(document, "") if key not in leave}
        for document in documents
    ]
    keys = dict.fromkeys(key for one in flat for key in one)
    rows = [Row(key, tuple(one.get(key) for one in flat)) for key in keys]
    return [row for row in rows if len(set(row.values)) > 1]


def _flat(value: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _flat(inner, f"{key}.{name}" if key else str(name))
    else:
        yield key, value if isinstance(value, str) else json.dumps(value)
