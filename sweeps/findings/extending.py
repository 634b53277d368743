"""A range that ends too early, made longer, as far as what is tuned allows."""

from __future__ import annotations

import copy
from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any, Literal

from search_spaces import Choice, Float, Int, Space
from search_spaces.errors import SpaceError
from search_spaces.params import Param
from sweeps.findings.axes import in_order
from sweeps.sweep import Sweep

Side = Literal["low", "high"]

WIDE = 100
"""A logarithmic range grows by a factor of 10 when its bounds are further apart, of 2 otherwise."""


def extended(sweep: Sweep, name: str, side: Side) -> int | float | None:
    """What the bound could be instead, or which number a list could have besides.

    None where what is tuned cannot go further (a dropout of 1, a width of 0), or where the bound is
    0, which somebody has meant.
    """
    param = next((one for one in sweep.space.params if one.name == name), None)
    if param is None:
        return None
    return next((it for it in _further(param, side) if _allowed(sweep, param, side, it)), None)


def _further(param: Param, side: Side) -> Iterator[int | float]:
    """Candidates, the furthest first."""
    domain = param.domain
    if isinstance(domain, Choice):
        numbers = in_order(domain) or []
        yield from _next_of(numbers if side == "high" else numbers[::-1])
    elif isinstance(domain, Int):
        yield from (int(it) for it in _beyond(domain, side, domain.step))
    elif isinstance(domain, Float):
        yield from (float(f"{it:.10g}") for it in _beyond(domain, side, domain.step))


def _next_of(numbers: Sequence[float]) -> Iterator[int | float]:
    """What follows the last of at least two numbers: as in 8, 16, 32 or in 1, 2, 3."""
    if len(numbers) < 2 or numbers[-1] == 0:
        return
    first, last = numbers[-2:]
    multiplied = first and numbers[0] / numbers[1] == first / last and len(numbers) > 2
    follows = last * last / first if multiplied else last + (last - first)
    yield int(follows) if follows.is_integer() else float(f"{follows:.4g}")


def _beyond(domain: Int | Float, side: Side, step: float | None) -> Iterator[float]:
    low, high = domain.low, domain.high
    if domain.log:
        factor = 10 if high / low > WIDE else 2
        yield high * factor if side == "high" else low / factor
    elif side == "low" and low > 0:
        yield low - _steps(low / 2, step)
    elif side == "low" and low < 0:
        yield low - (high - low)
    elif side == "high" and high != 0:
        yield high + _steps(high if low >= 0 < high else high - low, step)
        if high < 1:
            yield high + _steps((1 - high) / 2, step)


def _steps(length: float, step: float | None) -> float:
    """The length, cut to whole steps."""
    return length if step is None else round(length / step - 1e-9) * step


def _allowed(sweep: Sweep, param: Param, side: Side, bound: float) -> bool:
    """Whether the space can still be read with that bound, or with that number in the list."""
    described = copy.deepcopy(dict(sweep.document.get("space", {})))
    try:
        _put(described, param, side, bound)
        Space.read(described, free=sweep.subject.kind != "network")
    except (SpaceError, KeyError, TypeError, IndexError):
        return False
    return bound not in (getattr(param.domain, "low", None), getattr(param.domain, "high", None))


def _put(described: MutableMapping[str, Any], param: Param, side: Side, bound: float) -> None:
    at: Any = described
    for key in param.path[:-1]:
        at = at[key]
    last = param.path[-1]
    if isinstance(param.domain, Choice):
        numbers = at[last] if isinstance(at[last], list) else at[last]["choices"]
        numbers.append(bound)
    else:
        at[last][side] = bound
