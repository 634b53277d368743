"""The order in which parameters can be decided: each after those it depends on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from search_spaces.errors import Path, SpaceError
from search_spaces.params import Constraint, Derived, Param
from search_spaces.spelling import suggestion

MOST_PARAMS = 500
MOST_ASKED = 150
"""Counting a grid nests at most one level for every parameter that a condition asks about."""


def in_order(params: Sequence[Param]) -> tuple[Param, ...]:
    """The parameters as listed, each moved behind those it needs.

    Raises SpaceError for names that are given twice or unknown, for conditions that can never
    hold or ask about a computed value, for circles, and for conditions on over 150 parameters,
    and for more than 500 parameters.
    """
    if len(params) > MOST_PARAMS:
        raise SpaceError(f"{len(params):,} parameters; a space has at most {MOST_PARAMS}")
    by_name: dict[str, Param] = {}
    for param in params:
        if param.name in by_name:
            raise SpaceError(f"{param.name} is given twice", _place(param))
        by_name[param.name] = param
    for param in params:
        _check_conditions(param, by_name)
        _check_expression(param, by_name)
    asked = {condition.name for param in params for condition in param.when}
    if len(asked) > MOST_ASKED:
        raise SpaceError(
            f"conditions ask about {len(asked)} parameters; at most {MOST_ASKED} may be"
        )
    placed: dict[str, Param] = {}
    for param in params:
        _place_all(param, by_name, placed)
    return tuple(placed.values())


def check_constraint(constraint: Constraint, names: Sequence[str]) -> None:
    """Raise SpaceError when a constraint names a parameter that the space does not have."""
    for name in constraint.parsed.names:
        if name not in names:
            raise SpaceError(
                f"{constraint.expression!r} names {name!r}, which the space does not have; "
                f"{suggestion(name, names)}",
                ("constraints", constraint.name),
            )


def _place(param: Param) -> Path:
    return param.path or (param.name,)


def _check_conditions(param: Param, by_name: Mapping[str, Param]) -> None:
    for condition in param.when:
        path = condition.path or (*_place(param), "when", condition.name)
        other = by_name.get(condition.name)
        if other is None:
            known = [name for name in by_name if name != param.name]
            raise SpaceError(
                f"{condition.name!r} is no parameter of this space; "
                f"{suggestion(condition.name, known)}",
                path,
            )
        if isinstance(other.domain, Derived):
            raise SpaceError(f"{other.name} is computed; a condition cannot ask about it", path)
        try:
            possible = condition.possible(other.domain)
        except SpaceError as error:
            raise SpaceError(error.message, path) from None
        if not possible:
            raise SpaceError(
                f"never true: {condition.words()}, but {other.name} is {other.domain.words()}", path
            )


def _check_expression(param: Param, by_name: Mapping[str, Param]) -> None:
    if not isinstance(param.domain, Derived):
        return
    for name in param.domain.parsed.names:
        if name not in by_name:
            raise SpaceError(
                f"{param.domain.expression!r} names {name!r}, which the space does not have; "
                f"{suggestion(name, by_name)}",
                (*_place(param), "derive"),
            )


def _place_all(param: Param, by_name: Mapping[str, Param], placed: dict[str, Param]) -> None:
    """Place `param` behind what it needs; a stack instead of recursion, so chains may be long."""
    trail: dict[str, Iterator[str]] = {param.name: iter(param.needs)}
    while trail:
        name, needs = next(reversed(trail.items()))
        needed = next(needs, None)
        if needed is None:
            placed.setdefault(name, by_name[name])
            del trail[name]
        elif needed in trail:
            circle = [*list(trail)[list(trail).index(needed) :], needed]
            raise SpaceError(f"{' needs '.join(circle)}: a circle", _place(by_name[needed]))
        elif needed not in placed:
            trail[needed] = iter(by_name[needed].needs)
