"""Arithmetic that cannot run away: every operand and result is a number of bounded size."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from search_spaces.values import Value, identity, shown

_MOST_BITS = 1024
_MOST_DIGITS = 20
MANY = 1000


class UndefinedError(ValueError):
    """An expression has no value for a configuration; the message says why."""


def guarded(operation: Callable[..., Any]) -> Callable[..., int | float]:
    """`operation` on numbers only; raises UndefinedError where it has no finite value."""

    def apply(*operands: Value) -> int | float:
        for operand in operands:
            if isinstance(operand, bool) or not isinstance(operand, int | float):
                raise UndefinedError(f"{shown(operand)} is not a number")
        try:
            return _bounded(operation(*operands))
        except ZeroDivisionError:
            raise UndefinedError("division by zero") from None
        except OverflowError:
            raise UndefinedError("the number is too large") from None
        except ValueError as error:
            raise UndefinedError(str(error)) from None

    return apply


def _bounded(value: object) -> int | float:
    if isinstance(value, int) and value.bit_length() <= _MOST_BITS:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, complex):
        raise UndefinedError("the root of a negative number")
    raise UndefinedError("the number is too large")


def power(base: float, exponent: float) -> Any:
    """`base ** exponent`, refused before it is computed when its digits would fill the memory."""
    if isinstance(base, int) and isinstance(exponent, int) and exponent > 0:
        if base.bit_length() * exponent > 2 * _MOST_BITS:
            raise UndefinedError("the number is too large")
        return base**exponent
    return float(base) ** exponent


def rounded(value: float, digits: float = 0) -> float:
    """`round`, to at most 20 digits either side of the point; a whole number for 0 digits."""
    if not isinstance(digits, int) or abs(digits) > _MOST_DIGITS:
        raise UndefinedError(f"{shown(digits)} is no number of digits to round to")
    return round(value, digits) if digits else round(value)


def truth(value: Value) -> bool:
    """`value` when it is true or false; raises UndefinedError otherwise."""
    if not isinstance(value, bool):
        raise UndefinedError(f"{shown(value)} is neither true nor false")
    return value


def negation(value: Value) -> bool:
    """`not value`."""
    return not truth(value)


def equal(left: Value, right: Value) -> bool:
    """Whether two values are the same; 1 and 1.0 are, 1 and True are not."""
    return identity(left) == identity(right)


def unequal(left: Value, right: Value) -> bool:
    """Whether two values are not the same."""
    return not equal(left, right)


def ordered(test: Callable[[Any, Any], bool]) -> Callable[[Value, Value], bool]:
    """A comparison by size, which only numbers have; raises UndefinedError for anything else."""

    def apply(left: Value, right: Value) -> bool:
        for operand in (left, right):
            if isinstance(operand, bool) or not isinstance(operand, int | float):
                raise UndefinedError(f"{shown(operand)} is not a number")
        return test(left, right)

    return apply


FUNCTIONS: dict[str, tuple[int, int, Callable[..., Any]]] = {
    "abs": (1, 1, abs),
    "ceil": (1, 1, math.ceil),
    "floor": (1, 1, math.floor),
    "log": (1, 2, math.log),
    "max": (2, MANY, max),
    "min": (2, MANY, min),
    "round": (1, 2, rounded),
    "sqrt": (1, 1, math.sqrt),
}
"""By name: fewest and most arguments, and the function."""
