"""A discovered space with what the sweep file says of it: values fixed, ranges narrowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from search_spaces.values import identity


def narrowed(found: Mapping[str, Any], written: Mapping[str, Any]) -> dict[str, Any]:
    """The discovered parameters, those written taking their places; what is written besides.

    A written parameter keeps the conditions that were discovered, unless it states its own. A
    discovered parameter that was of use only with values that are left out goes with them.
    """
    space = {**found, **{name: _kept(raw, found.get(name)) for name, raw in written.items()}}
    gone: set[str] = set()
    while True:
        more = {
            name
            for name in space.keys() - written.keys() - gone
            if any(
                parent in gone or not _possible(space, parent, values)
                for parent, values in found[name].get("when", {}).items()
            )
        }
        if not more:
            return {name: raw for name, raw in space.items() if name not in gone}
        gone |= more


def _kept(raw: Any, found: Mapping[str, Any] | None) -> Any:
    conditions = found.get("when") if found else None
    if not conditions or (isinstance(raw, Mapping) and "when" in raw):
        return raw
    if isinstance(raw, Mapping):
        return {**raw, "when": conditions}
    key = "choices" if isinstance(raw, list) else "value"
    return {key: raw, "when": conditions}


def _possible(space: Mapping[str, Any], parent: str, values: list[Any]) -> bool:
    """Whether a parameter may still have one of the values; true where its text does not tell."""
    raw = space.get(parent)
    if isinstance(raw, Mapping) and {"low", "high"} <= raw.keys():
        numbers = [one for one in values if isinstance(one, int | float)]
        bounds = raw["low"], raw["high"]
        if not all(isinstance(bound, int | float) for bound in bounds):
            return True
        return any(bounds[0] <= one <= bounds[1] for one in numbers)
    if isinstance(raw, Mapping):
        raw = raw["choices"] if "choices" in raw else raw.get("value", raw)
    if isinstance(raw, Mapping):
        return True
    left = raw if isinstance(raw, list) else [raw]
    plain = [one for one in left if not isinstance(one, list | dict)]
    return bool({identity(one) for one in plain} & {identity(one) for one in values})
