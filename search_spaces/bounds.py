"""What every range asks of its bounds, and every grid of a position."""

from __future__ import annotations

from search_spaces.errors import SpaceError
from search_spaces.values import number


def checked(value: object, field: str) -> int | float:
    """The bound when it is a usable number; raises SpaceError with `field` as its path."""
    try:
        return number(value)
    except SpaceError as error:
        raise SpaceError(error.message, (field,)) from None


def check_range(low: float, high: float, log: object) -> None:
    """Raise SpaceError unless low <= high, and low > 0 on a logarithmic scale."""
    if not isinstance(log, bool):
        raise SpaceError(f"{log!r} is neither true nor false", ("log",))
    if low > high:
        raise SpaceError(f"low {low!r} is above high {high!r}", ("low",))
    if log and low <= 0:
        raise SpaceError(f"low {low!r} is not above 0, which a log scale needs", ("low",))


def check_index(index: int, count: int) -> None:
    """Raise IndexError unless 0 <= index < count."""
    if not 0 <= index < count:
        raise IndexError(f"{index} is outside 0 to {count - 1}")
