"""A search space: parameters in an order in which they can be decided, and constraints.

Every way to search sees the same space through the same few methods, so that conditions, fixed
and computed values mean the same in all of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from search_spaces.dependencies import check_constraint, in_order
from search_spaces.domains import Float
from search_spaces.errors import SpaceError
from search_spaces.free import read_free
from search_spaces.grid import Grid
from search_spaces.modules import read_constraints, read_parts
from search_spaces.params import Constraint, Derived, Param
from search_spaces.spelling import suggestion
from search_spaces.values import Value, shown

MOST_CONSTRAINTS = 100


class Space:
    """What may vary. Immutable; two spaces are equal when parameters and constraints are.

    A configuration maps the names of the active parameters to values, in the order of `params`.
    """

    params: tuple[Param, ...]
    constraints: tuple[Constraint, ...]

    def __init__(self, params: tuple[Param, ...], constraints: tuple[Constraint, ...]) -> None:
        self.params = in_order(params)
        self.constraints = constraints
        if len(constraints) > MOST_CONSTRAINTS:
            raise SpaceError(
                f"{len(constraints):,} constraints; a space has at most {MOST_CONSTRAINTS}, which "
                "`and` can join",
                ("constraints",),
            )
        names = [param.name for param in self.params]
        seen: set[str] = set()
        for constraint in constraints:
            check_constraint(constraint, names)
            if constraint.name in seen:
                raise SpaceError("given twice", ("constraints", constraint.name))
            seen.add(constraint.name)

    @classmethod
    def of(cls, *parts: Param | Constraint) -> Space:
        """The space of these parameters and constraints, sorted by what depends on what.

        Raises SpaceError for duplicate or unknown names, circles and impossible conditions.
        """
        params = tuple(part for part in parts if isinstance(part, Param))
        return cls(params, tuple(part for part in parts if isinstance(part, Constraint)))

    @classmethod
    def read(
        cls,
        description: Mapping[str, Any],
        constraints: Mapping[str, str] | None = None,
        *,
        free: bool = False,
    ) -> Space:
        """The space that the `space:` section of a sweep file describes, and its `constraints:`.

        With `free`, keys are parameters of somebody else's, not modules of this package.
        Raises SpaceError whose path points into the description; for a constraint it is
        ("constraints", name).
        """
        read = read_free if free else read_parts
        return cls.of(*read(description), *read_constraints(constraints or {}))

    @cached_property
    def varying(self) -> tuple[Param, ...]:
        """The parameters that a search chooses: neither fixed nor computed."""
        return tuple(param for param in self.params if param.varying)

    @cached_property
    def continuous(self) -> tuple[str, ...]:
        """Names of the continuous parameters, for which there is no grid."""
        ranges = [(p.name, p.domain) for p in self.params if isinstance(p.domain, Float)]
        return tuple(name for name, domain in ranges if domain.count is None)

    def choose(self, pick: Callable[[Param], Value]) -> dict[str, Value]:
        """A configuration, with `pick` called in order for each active varying parameter.

        Fixed and computed values are filled in; a computed one without a value is left out, and
        `refusal` says why. Raises SpaceError when `pick` gives a value outside the domain.
        """
        config: dict[str, Value] = {}
        for param in self.params:
            if not param.active(config):
                continue
            if isinstance(param.domain, Derived):
                computed = param.domain.compute(config)
                if computed.reason is None:
                    config[param.name] = computed.value
            elif param.fixed:
                config[param.name] = param.domain.at(0)
            else:
                config[param.name] = _canonical(param, pick(param))
        return config

    def draw(self, rng: random.Random) -> dict[str, Value]:
        """One configuration at random, from each domain's own distribution.

        Constraints are not applied.
        """

        def pick(param: Param) -> Value:
            if isinstance(param.domain, Derived):
                raise TypeError(f"{param.name} is computed, not drawn")
            return param.domain.draw(rng)

        return self.choose(pick)

    @cached_property
    def count(self) -> int | None:
        """Number of grid points, conditions respected, constraints not; None when continuous."""
        return None if self.continuous else self._grid.count

    @cached_property
    def _grid(self) -> Grid:
        if self.continuous:
            name = self.continuous[0]
            raise SpaceError(
                "a continuous range has no grid; give it a step, or list its values", (name,)
            )
        return Grid(self.params)

    def at(self, index: int) -> dict[str, Value]:
        """Grid point number `index`, the last parameter changing fastest.

        Raises IndexError outside 0 to count - 1, SpaceError when the space is continuous.
        """
        if not 0 <= index < self._grid.count:
            raise IndexError(f"{index} is outside the grid of {self._grid.count} points")
        values = self._grid.at(index)
        return self.choose(lambda param: values[param.name])

    def index_of(self, config: Mapping[str, Value]) -> int:
        """Position of a configuration on the grid; raises SpaceError when it is not on it."""
        return self._grid.index_of(self._completed(config))

    def refusal(self, config: Mapping[str, Value]) -> str | None:
        """Why a configuration is not allowed: the first constraint that does not hold, by name.

        A computed value that does not exist or leaves its bounds refuses too. None: it is allowed.
        """
        for param in self.params:
            if isinstance(param.domain, Derived) and param.active(config):
                computed = param.domain.compute(config)
                if computed.reason is not None:
                    return f"{param.name}: {computed.reason}"
        refusals = (constraint.refusal(config) for constraint in self.constraints)
        return next((refusal for refusal in refusals if refusal is not None), None)

    def allows(self, config: Mapping[str, Value]) -> bool:
        """Whether the constraints hold and the computed values exist."""
        return self.refusal(config) is None

    def check(self, values: Mapping[str, Any]) -> dict[str, Value]:
        """A user's configuration, completed with fixed and computed values.

        Raises SpaceError for unknown, missing and inactive names, for values outside their domain
        and for a constraint that does not hold.
        """
        config = self._completed(values)
        refusal = self.refusal(config)
        if refusal is not None:
            raise SpaceError(f"this configuration is refused by {refusal}")
        return config

    def _completed(self, values: Mapping[str, Any]) -> dict[str, Value]:
        names = [param.name for param in self.params]
        for name in values:
            if name not in names:
                raise SpaceError(f"no parameter of this space; {suggestion(name, names)}", (name,))
        config = self.choose(lambda param: _given(param, values))
        for param in self.params:
            if param.name not in values:
                continue
            if param.name not in config:
                raise SpaceError(_why_inactive(param), (param.name,))
            if not param.varying and values[param.name] != config[param.name]:
                raise SpaceError(
                    f"{shown(values[param.name])} is given, but the space makes it "
                    f"{shown(config[param.name])}",
                    (param.name,),
                )
        return config

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Space):
            return NotImplemented
        return (self.params, self.constraints) == (other.params, other.constraints)

    def __hash__(self) -> int:
        return hash((self.params, self.constraints))

    def __repr__(self) -> str:
        return f"Space.of({', '.join(repr(part) for part in (*self.params, *self.constraints))})"


def _canonical(param: Param, value: Value) -> Value:
    if isinstance(param.domain, Derived):
        raise TypeError(f"{param.name} is computed, not chosen")
    try:
        return param.domain.canonical(value)
    except SpaceError as error:
        raise SpaceError(error.message, (param.name,)) from None


def _given(param: Param, values: Mapping[str, Any]) -> Any:
    if param.name not in values:
        raise SpaceError("missing", (param.name,))
    return values[param.name]


def _why_inactive(param: Param) -> str:
    if not param.when:
        return "computed from parameters that are not active, so it must be left out"
    return f"exists only when {' and '.join(condition.words() for condition in param.when)}"
