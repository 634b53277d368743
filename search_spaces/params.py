"""One parameter of a space, what is computed from others, and what configurations must meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from search_spaces.arithmetic import UndefinedError
from search_spaces.conditions import When
from search_spaces.domains import Domain
from search_spaces.errors import Path, SpaceError
from search_spaces.expression import Expression
from search_spaces.quantities import Quantity
from search_spaces.values import Value, shown


@dataclass(frozen=True)
class Computed:
    """A computed value, or the reason why there is none."""

    value: Value = None
    reason: str | None = None


@dataclass(frozen=True)
class Derived:
    """A value computed from other parameters; inactive while one that it names is inactive.

    `quantity` is what the value must be (a whole width, a positive rate); a configuration for
    which it is not is refused, as by a constraint. Raises SpaceError for a faulty expression.
    """

    expression: str
    quantity: Quantity | None = None

    def __post_init__(self) -> None:
        if not self.parsed.names:
            raise SpaceError(f"{shown(self.expression)} names no parameter; write the value itself")

    @cached_property
    def parsed(self) -> Expression:
        """The expression, parsed."""
        return Expression(self.expression)

    def compute(self, config: Mapping[str, Value]) -> Computed:
        """The value for a configuration that has every name, or why there is none."""
        try:
            value = self.parsed.evaluate(config)
            return Computed(value if self.quantity is None else self.quantity.computed(value))
        except (UndefinedError, SpaceError) as error:
            return Computed(reason=f"{self.expression}: {error}")


@dataclass(frozen=True)
class Param:
    """A named parameter, its domain, and the conditions that must all hold for it to be active.

    A fixed value is a domain of one. `path` is where the parameter was read, for messages.
    """

    name: str
    domain: Domain | Derived
    when: tuple[When, ...] = ()
    path: Path = field(default=(), compare=False, repr=False)

    @property
    def fixed(self) -> bool:
        """Whether the domain has a single value."""
        return not isinstance(self.domain, Derived) and self.domain.count == 1

    @property
    def varying(self) -> bool:
        """Whether a search chooses this parameter's value."""
        return not isinstance(self.domain, Derived) and self.domain.count != 1

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the parameters that decide whether this one is active, and its value."""
        named = self.domain.parsed.names if isinstance(self.domain, Derived) else ()
        return tuple(dict.fromkeys([condition.name for condition in self.when] + [*named]))

    def active(self, config: Mapping[str, Value]) -> bool:
        """Whether the conditions hold; `config` has the active ones among the parameters needed."""
        if isinstance(self.domain, Derived) and not all(
            name in config for name in self.domain.parsed.names
        ):
            return False
        return all(c.name in config and c.holds(config[c.name]) for c in self.when)


@dataclass(frozen=True)
class Constraint:
    """A named comparison that configurations must meet; it holds while a parameter is inactive.

    Raises SpaceError for a faulty expression and for one that is neither true nor false.
    """

    name: str
    expression: str

    def __post_init__(self) -> None:
        if not self.parsed.names:
            raise SpaceError(f"{shown(self.expression)} names no parameter")
        if not self.parsed.compares:
            raise SpaceError(f"{shown(self.expression)} compares nothing; write `… <= …`, say")

    @cached_property
    def parsed(self) -> Expression:
        """The expression, parsed."""
        return Expression(self.expression)

    def refusal(self, config: Mapping[str, Value]) -> str | None:
        """None where the constraint holds; its name, expression and what is wrong otherwise."""
        if not all(name in config for name in self.parsed.names):
            return None
        try:
            holds = self.parsed.evaluate(config)
        except UndefinedError as error:
            return f"{self.name}: {self.expression} ({error})"
        return None if holds is True else f"{self.name}: {self.expression}"
