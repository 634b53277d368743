"""What a parameter's value may be, when two values are the same, and how a message shows one."""

from __future__ import annotations

import math
import reprlib
from typing import TypeGuard

from search_spaces.errors import SpaceError

Value = bool | int | float | str | None

LARGEST = 2**63 - 1
"""Whole numbers beyond this fit neither a database column nor an array."""

_SHOWN_DIGITS = 40
_SHORT = reprlib.Repr()
_SHORT.maxstring = 80


def identity(value: Value) -> tuple[str, Value]:
    """A key under which 1 and 1.0 are the same value and True is another one."""
    if isinstance(value, bool):
        return "truth", value
    if isinstance(value, int | float):
        return "number", value
    return type(value).__name__, value


def shown(value: object) -> str:
    """A value as a sweep file would write it; what would be very long is cut short."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        digits = int(value.bit_length() * math.log10(2)) + 1
        return str(value) if digits <= _SHOWN_DIGITS else f"a whole number of {digits} digits"
    return _SHORT.repr(value)


def number(value: object) -> int | float:
    """`value` when it is a finite number of a usable size.

    Raises SpaceError for truth values, text, NaN, infinities and whole numbers beyond 2**63 - 1.
    """
    if isinstance(value, str):
        raise SpaceError(_about_text(value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SpaceError(f"{shown(value)} is not a number")
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise SpaceError(f"{shown(value)} is too large: whole numbers end at 2**63 - 1")
        return int(value)
    if not math.isfinite(value):
        raise SpaceError(f"{value} is not a finite number")
    return float(value)


def _about_text(text: str) -> str:
    try:
        float(text)
    except ValueError:
        return f"{shown(text)} is text, where a number is expected"
    return f"{shown(text)} is text; write it without quotes"


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether `value` is a number that `number` would take."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= LARGEST if isinstance(value, int) else math.isfinite(value)


def is_value(value: object) -> TypeGuard[Value]:
    """Whether `value` can stand in a configuration."""
    return value is None or isinstance(value, bool | str) or is_number(value)


def check_value(value: object) -> None:
    """Raise SpaceError unless `value` can stand in a configuration."""
    if value is not None and not isinstance(value, bool | str):
        number(value)
