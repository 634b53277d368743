"""Values as advice writes them."""

from __future__ import annotations

from collections.abc import Sequence

from search_spaces.values import Value, shown
from sweeps.errors import printable


def written(value: Value) -> str:
    """As one would type it into a sweep file, numbers to four significant digits."""
    if isinstance(value, str):
        return printable(value)
    return f"{value:.4g}" if isinstance(value, float) else shown(value)


def span(values: Sequence[Value]) -> str:
    """From the least to the greatest of some numbers: `118 to 128`, or `128`."""
    numbers = sorted(value for value in values if isinstance(value, int | float))
    return " to ".join(dict.fromkeys((written(numbers[0]), written(numbers[-1]))))


def named(trials: Sequence[int]) -> str:
    """`3 and 17`, `3, 17 and 20`, `3, 17, 20 and 9 more`."""
    told = [str(number) for number in sorted(trials)]
    if len(told) > 4:
        told = [*told[:3], f"{len(told) - 3:,} more"]
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)
