"""What a parameter's values measure: their type and the bounds no description may leave.

A module declares a quantity for each of its parameters; every value, bound and choice that is read
passes through it, and so does every computed value of a configuration.
"""

from __future__ import annotations

from dataclasses import dataclass

from search_spaces.errors import SpaceError
from search_spaces.spelling import suggestion
from search_spaces.values import LARGEST, Value, number, shown


@dataclass(frozen=True)
class Whole:
    """Whole numbers from `minimum` to `maximum`, both included."""

    minimum: int = -LARGEST
    maximum: int = LARGEST

    def value(self, raw: object) -> int:
        """`raw` as a whole number within the bounds; raises SpaceError otherwise (8.0 as well)."""
        value = number(raw)
        if not isinstance(value, int):
            raise SpaceError(f"{shown(raw)} is not a whole number")
        if value < self.minimum:
            raise SpaceError(f"{value} is too small: the smallest value is {self.minimum}")
        if value > self.maximum:
            raise SpaceError(f"{value} is too large: the largest value is {self.maximum}")
        return value

    def computed(self, value: Value) -> int:
        """A computed value: as `value`, but 8.0 is 8, since division gives floats."""
        if isinstance(value, float) and value.is_integer():
            return self.value(int(value))
        return self.value(value)


@dataclass(frozen=True)
class Real:
    """Numbers within bounds; a bound itself is left out where `above` or `below` is set."""

    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None

    def value(self, raw: object) -> float:
        """`raw` as a float within the bounds; raises SpaceError otherwise."""
        value = float(number(raw))
        if self.minimum is not None and value < self.minimum:
            raise SpaceError(f"{shown(raw)} is too small: the smallest value is {self.minimum:g}")
        if self.maximum is not None and value > self.maximum:
            raise SpaceError(f"{shown(raw)} is too large: the largest value is {self.maximum:g}")
        if self.above is not None and value <= self.above:
            raise SpaceError(f"{shown(raw)} is too small: values must be above {self.above:g}")
        if self.below is not None and value >= self.below:
            raise SpaceError(f"{shown(raw)} is too large: values must be below {self.below:g}")
        return value

    def computed(self, value: Value) -> float:
        """A computed value, held to the same bounds."""
        return self.value(value)


@dataclass(frozen=True)
class Word:
    """One of a few names."""

    words: tuple[str, ...]

    def value(self, raw: object) -> str:
        """`raw` when it is one of the names; raises SpaceError with the nearest otherwise."""
        if not isinstance(raw, str):
            raise SpaceError(f"{shown(raw)} is not one of {', '.join(self.words)}")
        if raw not in self.words:
            raise SpaceError(f"{shown(raw)} is unknown; {suggestion(raw, self.words)}")
        return raw

    def computed(self, value: Value) -> str:
        """A computed value, which must be one of the names."""
        return self.value(value)


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def value(self, raw: object) -> bool:
        """`raw` when it is a truth value; raises SpaceError for 0, 1 and text."""
        if not isinstance(raw, bool):
            raise SpaceError(f"{shown(raw)} is neither true nor false")
        return raw

    def computed(self, value: Value) -> bool:
        """A computed value, which must be a truth value."""
        return self.value(value)


@dataclass(frozen=True)
class Anything:
    """A number, text, truth value or null: what somebody else's parameter takes."""

    def value(self, raw: object) -> Value:
        """`raw` when it is one of those; raises SpaceError for lists and for what is not finite."""
        if raw is None or isinstance(raw, bool | str):
            return raw
        if not isinstance(raw, int | float):
            raise SpaceError(f"{shown(raw)} is not a number, text, truth value or null")
        return number(raw)

    def computed(self, value: Value) -> Value:
        """A computed value; 8.0 is 8, since division gives floats and units are whole."""
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return self.value(value)


Quantity = Whole | Real | Word | Flag | Anything
