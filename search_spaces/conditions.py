"""When a parameter is active: only while another one is, and has such a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from search_spaces.bounds import check_range, checked
from search_spaces.domains import Choice, Domain
from search_spaces.errors import Path, SpaceError
from search_spaces.values import Value, identity, is_number, shown


@dataclass(frozen=True)
class When:
    """A condition on the parameter `name`: one of `choices`, or a number from `low` to `high`.

    Either bound may be left out. `path` is where the condition was read, for messages. Raises
    SpaceError when it says nothing or two things.
    """

    name: str
    choices: tuple[Value, ...] | None = None
    low: float | None = None
    high: float | None = None
    path: Path = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.choices is not None:
            if self.low is not None or self.high is not None:
                raise SpaceError("a condition has either choices or low and high")
            object.__setattr__(self, "choices", Choice(self.choices).choices)
            return
        if self.low is None and self.high is None:
            raise SpaceError("a condition needs values, or low and high")
        for name in ("low", "high"):
            if getattr(self, name) is not None:
                checked(getattr(self, name), name)
        if self.low is not None and self.high is not None:
            check_range(self.low, self.high, log=False)

    def holds(self, value: Value) -> bool:
        """Whether an active parameter's value meets the condition."""
        if self.choices is not None:
            return identity(value) in self._identities
        if not is_number(value):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    @cached_property
    def _identities(self) -> frozenset[tuple[str, Value]]:
        return frozenset(identity(choice) for choice in self.choices or ())

    def cuts(self, domain: Domain) -> set[int]:
        """Grid positions of `domain` at which the condition may begin or cease to hold."""
        if isinstance(domain, Choice):
            return set(range(domain.count))
        count = domain.count or 0
        if self.choices is not None:
            inside = [domain.index_of(v) for v in self.choices if domain.contains(v)]
            return {cut for index in inside for cut in (index, index + 1)}
        low, high = self.low, self.high
        starts = first_position(count, lambda i: low is None or domain.at(i) >= low)
        ends = first_position(count, lambda i: high is not None and domain.at(i) > high)
        return {starts, ends}

    def possible(self, domain: Domain) -> bool:
        """Whether any value of `domain` meets the condition; raises SpaceError when it cannot ask.

        A continuous range can be held against bounds only, text against choices only.
        """
        if domain.count is None and not isinstance(domain, Choice):
            if self.choices is not None:
                raise SpaceError(
                    f"{self.name} is continuous; a condition on it needs low and high, "
                    "not single values"
                )
            starts_in = self.low is None or self.low <= domain.high
            return starts_in and (self.high is None or self.high >= domain.low)
        if isinstance(domain, Choice) and self.choices is None:
            strange = [choice for choice in domain.choices if not is_number(choice)]
            if strange:
                raise SpaceError(
                    f"{self.name} can be {shown(strange[0])}, which low and high cannot be "
                    "held against; list the values"
                )
        positions = self.cuts(domain) | {0}
        return any(self.holds(domain.at(i)) for i in positions if i < (domain.count or 0))

    def words(self) -> str:
        """The condition in words, for messages."""
        if self.choices is not None:
            return f"{self.name} is {' or '.join(shown(choice) for choice in self.choices)}"
        above = [] if self.low is None else [f"at least {self.low:g}"]
        below = [] if self.high is None else [f"at most {self.high:g}"]
        return f"{self.name} is {' and '.join(above + below)}"


def first_position(count: int, reached: Callable[[int], bool]) -> int:
    """The first of `count` positions where `reached` is true; it stays true once it is.

    `count` when it never is. A search by halves, since a domain may have 2**63 values.
    """
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if reached(middle):
            high = middle
        else:
            low = middle + 1
    return low
