"""The one rule that reads every value of a description.

| written | meaning |
|---|---|
| `32` | fixed |
| `[16, 32]` or `{choices: [16, 32]}` | a choice |
| `{low: 8, high: 64}`, also `log: true` or `step: 8` | a range |
| `{derive: "2 * layer_count"}` | computed from other parameters |
| `{value: 32}` | fixed, where a mapping is needed for `when` |
| any other mapping | the module's own kinds or parameters, each read by this rule |

`when: {layer_count: [2, 3]}`, or a single value, or `{low: 2}`, may stand in any mapping: the
parameter exists only in configurations for which it holds. Several entries must all hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from search_spaces.conditions import When
from search_spaces.domains import Choice, Domain, Float, Int
from search_spaces.errors import Path, SpaceError
from search_spaces.params import Derived, Param
from search_spaces.quantities import Anything, Quantity, Real, Whole
from search_spaces.spelling import suggestion
from search_spaces.values import shown

FORMS = {
    "choices": ("choices",),
    "value": ("value",),
    "derive": ("derive",),
    "low": ("low", "high", "log", "step"),
}
"""The keys that tell a mapping of this rule from a module's own, and those that go with them."""


def read_param(
    name: str, raw: object, quantity: Quantity, path: Path, when: tuple[When, ...] = ()
) -> Param:
    """One parameter by the rule above; `when` is what the module itself makes a condition.

    Raises SpaceError with the path of the key or list entry at fault.
    """
    conditions, body = split_when(raw, path)
    return Param(name, _read_domain(body, quantity, path), (*when, *conditions), path)


def split_when(raw: object, path: Path) -> tuple[tuple[When, ...], object]:
    """The conditions of a mapping and what is left of it; anything else has none."""
    if not isinstance(raw, Mapping) or "when" not in raw:
        return (), raw
    conditions = _read_when(raw["when"], (*path, "when"))
    return conditions, {key: value for key, value in raw.items() if key != "when"}


def is_form(raw: Mapping[Any, object]) -> bool:
    """Whether a mapping is one of this rule's own, not of a module's kinds or parameters.

    `step` and `log` do not tell: there is a decay called step.
    """
    return any(key in raw for key in (*FORMS, "high"))


def check_keys(raw: Mapping[Any, object], known: Sequence[str], path: Path) -> None:
    """Raise SpaceError for a key that is not known, with the nearest one that is."""
    for key in raw:
        if not isinstance(key, str):
            raise SpaceError(f"{shown(key)} is no key; keys are names", path)
        if key not in known:
            raise SpaceError(f"unknown key; {suggestion(key, known)}", (*path, key))


@contextmanager
def standing_at(path: Path) -> Iterator[None]:
    """Put `path` before the path of every SpaceError raised inside."""
    try:
        yield
    except SpaceError as error:
        raise SpaceError(error.message, (*path, *error.path)) from None


def _read_domain(raw: object, quantity: Quantity, path: Path) -> Domain | Derived:
    if isinstance(raw, list | tuple):
        return _read_choices(raw, quantity, path)
    if not isinstance(raw, Mapping):
        with standing_at(path):
            return Choice((quantity.value(raw),))
    _check_form(raw, path)
    if "choices" in raw:
        if not isinstance(raw["choices"], list | tuple):
            raise SpaceError("choices must be a list", (*path, "choices"))
        return _read_choices(raw["choices"], quantity, (*path, "choices"))
    if "value" in raw:
        with standing_at((*path, "value")):
            return Choice((quantity.value(raw["value"]),))
    if "derive" in raw:
        return _read_derived(raw["derive"], quantity, (*path, "derive"))
    return _read_range(raw, quantity, path)


def _check_form(raw: Mapping[str, object], path: Path) -> None:
    known = [key for keys in FORMS.values() for key in keys]
    check_keys(raw, [*known, "when"], path)
    mixed = [next(key for key in keys if key in raw) for keys in FORMS.values() if {*keys} & {*raw}]
    if not mixed:
        raise SpaceError("an empty mapping; write a value, a list, or low and high", path)
    if len(mixed) > 1:
        raise SpaceError(f"{mixed[0]} and {mixed[1]} exclude each other; leave one out", path)


def _read_choices(raw: Sequence[object], quantity: Quantity, path: Path) -> Choice:
    choices = []
    for position, entry in enumerate(raw):
        with standing_at((*path, position)):
            choices.append(quantity.value(entry))
    with standing_at(path):
        return Choice(tuple(choices))


def _read_derived(raw: object, quantity: Quantity, path: Path) -> Derived:
    if not isinstance(quantity, Whole | Real | Anything):
        raise SpaceError("only numbers can be computed; list the values instead", path)
    if not isinstance(raw, str):
        raise SpaceError(f"{shown(raw)} is not an expression; write it in quotes", path)
    with standing_at(path):
        return Derived(raw, quantity)


def _read_range(raw: Mapping[str, object], quantity: Quantity, path: Path) -> Int | Float:
    if not isinstance(quantity, Whole | Real):
        raise SpaceError("only numbers have a range; list the values instead", path)
    for bound in ("low", "high"):
        if bound not in raw:
            raise SpaceError(f"a range needs low and high; {bound} is missing", path)
        with standing_at((*path, bound)):
            quantity.value(raw[bound])
    given = {key: raw[key] for key in ("low", "high", "log", "step") if key in raw}
    build: type[Int] | type[Float] = Int if isinstance(quantity, Whole) else Float
    with standing_at(path):
        return build(**given)  # type: ignore[arg-type]  # checked by the domain itself


def _read_when(raw: object, path: Path) -> tuple[When, ...]:
    if not isinstance(raw, Mapping) or not raw:
        raise SpaceError(
            "a condition maps a parameter to its values: `when: {layer_count: [2, 3]}`", path
        )
    return tuple(_read_condition(name, test, path) for name, test in raw.items())


def _read_condition(name: object, test: object, path: Path) -> When:
    if not isinstance(name, str):
        raise SpaceError(f"{shown(name)} is no parameter's name", path)
    place = (*path, name)
    with standing_at(place):
        if isinstance(test, Mapping):
            check_keys(test, ["low", "high"], ())
            return When(name, low=test.get("low"), high=test.get("high"), path=place)
        choices = tuple(test) if isinstance(test, list | tuple) else (test,)
        return When(name, choices=choices, path=place)
