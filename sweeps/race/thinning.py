"""A grid as fine as a number of trials can walk: ranges become a few values, evenly spaced."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from typing import Any

from search_spaces import Float, Int, Param, Space

FEWEST = 2
DIGITS = 6
"""Of values that stand between the ends of a continuous range."""

Read = Callable[[Mapping[str, Any]], Space]


def thinned(document: Mapping[str, Any], most: int, read: Read) -> dict[str, Any]:
    """The document with ranges of its `space` as lists, so that its grid has `most` points or less.

    Every range keeps its ends and gets as many values between as fit, each range about as many;
    choices stay whole, so that the grid may have more points all the same. A grid that is no larger
    is left as it is. `read` gives the space of a document.
    """
    space = read(document)
    if space.count is not None and space.count <= most:
        return dict(document)
    ranges = [param for param in space.varying if isinstance(param.domain, Float | Int)]
    levels = {param.name: FEWEST for param in ranges}
    growing = list(ranges)
    while growing:
        param = min(growing, key=lambda one: levels[one.name])
        tried = levels | {param.name: levels[param.name] + 1}
        if _has_as_many(param, tried) and _points(document, ranges, tried, read) <= most:
            levels = tried
        else:
            growing.remove(param)
    return _with_levels(document, ranges, levels)


def _has_as_many(param: Param, levels: Mapping[str, int]) -> bool:
    count = getattr(param.domain, "count", None)
    return count is None or levels[param.name] <= count


def _points(
    document: Mapping[str, Any], ranges: list[Param], levels: Mapping[str, int], read: Read
) -> int:
    return read(_with_levels(document, ranges, levels)).count or 0


def _with_levels(
    document: Mapping[str, Any], ranges: list[Param], levels: Mapping[str, int]
) -> dict[str, Any]:
    changed = copy.deepcopy(dict(document))
    for param in ranges:
        *above, last = param.path
        section = changed["space"]
        for key in above:
            section = section[key]
        listed: dict[str, Any] = {"choices": spaced(param.domain, levels[param.name])}
        if "when" in section[last]:
            listed["when"] = section[last]["when"]
        section[last] = listed
    return changed


def spaced(domain: Any, levels: int) -> list[int] | list[float]:
    """So many values of a range, evenly on its own scale, its ends among them; or all there are."""
    shares = [index / (levels - 1) for index in range(levels)]
    if domain.count is not None:
        steps = domain.count - 1
        at = [_step(domain, share) if domain.log else round(share * steps) for share in shares]
        return [domain.at(index) for index in sorted(set(at))]
    between = [_at(domain, share) for share in shares[1:-1]]
    return [domain.low, *(float(f"{value:.{DIGITS}g}") for value in between), domain.high]


def _at(domain: Any, share: float) -> float:
    if domain.log:
        return math.exp(math.log(domain.low) * (1 - share) + math.log(domain.high) * share)
    return float(domain.low * (1 - share) + domain.high * share)


def _step(domain: Any, share: float) -> int:
    return round(_at(domain, share)) - int(domain.low)
