"""What a function of the user's returned, as metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sweeps.user_code.user_code import UserCodeError

LONGEST = 200
LONGEST_SHOWN = 60
RESERVED = ("seconds",)
"""What is logged of every trial under these names."""

EXAMPLES = "return a number, or a mapping of names to numbers"


def metrics_of(returned: Any, names: Sequence[str], path: str) -> dict[str, float]:
    """A number under the objective's name, or a mapping's numbers under theirs.

    For several objectives, as many numbers in their order will do as well. Whatever `float` takes
    is a number: NumPy's, and arrays and tensors without dimensions. Raises UserCodeError that names
    what is none.
    """
    if not isinstance(returned, Mapping):
        return _unnamed(returned, names, path)
    if not returned:
        raise UserCodeError(f"{path} returned nothing that was measured; {EXAMPLES}")
    return {
        _name(key, path): _number(value, f"{path} returned {key} =", "return numbers only")
        for key, value in returned.items()
    }


def _unnamed(returned: Any, names: Sequence[str], path: str) -> dict[str, float]:
    if len(names) == 1:
        return {names[0]: _number(returned, f"{path} returned", EXAMPLES)}
    wanted = ", ".join(names)
    if not isinstance(returned, tuple | list) or len(returned) != len(names):
        raise UserCodeError(
            f"{path} returned {_told(returned)}, and the objectives are {wanted}: return them in "
            "this order, or as a mapping"
        )
    return {
        name: _number(value, f"{path} returned {name} =", "return numbers only")
        for name, value in zip(names, returned, strict=True)
    }


def _name(key: Any, path: str) -> str:
    if not isinstance(key, str) or not key.strip() or len(key) > LONGEST:
        raise UserCodeError(f"{path} returned {_told(key)} as the name of a metric")
    if key in RESERVED:
        raise UserCodeError(
            f"{path} returned {key!r}, which is logged of every trial anyway: call it otherwise"
        )
    return str(key)  # a text of a class of the user's would be that only here


def _number(value: Any, what: str, way_out: str) -> float:
    if value is None or isinstance(value, str | bytes) or getattr(value, "shape", ()) != ():
        raise UserCodeError(f"{what} {_told(value)}, which is no number; {way_out}")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise UserCodeError(f"{what} {_told(value)}, which is no number; {way_out}") from error


def _told(value: Any) -> str:
    if value is None or isinstance(value, str | bytes | list | tuple | complex):
        text = repr(value)
        return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."
    return f"a {type(value).__name__}"
