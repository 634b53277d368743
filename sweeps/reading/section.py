"""A mapping of the description whose keys are known beforehand, and typed values out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search_spaces.errors import Path
from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.errors import SweepError

MOST = 1_000_000_000
"""The largest whole number that any key takes, where it has no limit of its own."""


@dataclass(frozen=True)
class Section:
    """Part of a description, and where it stands. Every reader raises SweepError with the place."""

    values: Mapping[str, Any]
    path: Path

    @classmethod
    def of(cls, value: Any, path: Path) -> Section:
        """The mapping at that path."""
        if not isinstance(value, Mapping):
            raise SweepError(f"{shown(value)} is not a mapping of names to values", path)
        for key in value:
            if not isinstance(key, str):
                raise SweepError(f"key {shown(key)} is not a name", path)
        return cls(value, path)

    def only(self, known: Sequence[str]) -> Section:
        """The section itself, when it has no other keys than these."""
        for key in self.values:
            if key not in known:
                message = f"unknown key {shown(key)}; {suggestion(key, known)}"
                raise SweepError(message, (*self.path, key), about_key=True)
        return self

    def required(self, key: str, example: str) -> Any:
        """The value of a key that has no default."""
        if key not in self.values:
            raise SweepError(f"{key!r} is missing: add `{example}`", self.path)
        return self.values[key]

    def section(self, key: str) -> Section:
        """A mapping inside this one; an empty one when the key is absent."""
        return Section.of(self.values.get(key, {}), (*self.path, key))

    def text(self, key: str, default: str) -> str:
        """A string that is not empty: one of the names that the caller knows."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "is not a name")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """`true` or `false`."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, "is neither true nor false")
        return value

    def one_of(self, key: str, default: str, known: Sequence[str]) -> str:
        """One of a few names."""
        value = self.text(key, default)
        if value not in known:
            raise self.unknown(key, known)
        return value

    def whole(self, key: str, default: int, low: int, high: int = MOST) -> int:
        """A whole number within bounds, both included. `3.0` and `true` are not whole numbers."""
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.wrong(key, f"is not a whole number from {low} up")
        if not low <= value <= high:
            limit = "up" if value < low else f"to {high}"
            raise self.wrong(key, f"is not a whole number from {low} {limit}")
        return value

    def number_between(self, key: str, default: float, low: float, high: float) -> float:
        """A number within bounds, both excluded; NaN is within none."""
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, "is not a number")
        if not low < value < high:
            raise self.wrong(key, f"is not a number above {low:,.12g} and below {high:,.12g}")
        return float(value)

    def unknown(self, key: str, known: Sequence[str]) -> SweepError:
        """The error for a name that is none of the known ones."""
        return self.wrong(key, f"is not known; {suggestion(str(self.values.get(key)), known)}")

    def wrong(self, key: str, why: str) -> SweepError:
        """The error for a value: its text, and what it is not."""
        return SweepError(f"{shown(self.values.get(key))} {why}", (*self.path, key))
