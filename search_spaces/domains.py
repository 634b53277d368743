"""The values one parameter may take: ranges of numbers, and choices.

Every domain is frozen and refuses nonsense when it is built, naming the value. `count` is the
number of its grid values, or None for a continuous range; `at` and `index_of` turn grid positions
into values and back, without a list of them anywhere.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import cached_property

from search_spaces.bounds import check_index, check_range, checked
from search_spaces.errors import SpaceError
from search_spaces.float_range import Float
from search_spaces.values import Value, check_value, identity, is_value, shown

__all__ = ["Choice", "Domain", "Float", "Int"]


@dataclass(frozen=True)
class Int:
    """Whole numbers from `low` to `high`, both included, in steps of `step`.

    `log` draws them uniformly on a logarithmic scale, each whole number standing for the half
    unit around it. Raises SpaceError whose path is the field at fault.
    """

    low: int
    high: int
    log: bool = False
    step: int = 1

    def __post_init__(self) -> None:
        for name in ("low", "high", "step"):
            if not isinstance(checked(getattr(self, name), name), int):
                raise SpaceError(f"{getattr(self, name)!r} is not a whole number", (name,))
        check_range(self.low, self.high, self.log)
        if self.step < 1:
            raise SpaceError(f"step {self.step} is not above 0", ("step",))
        if self.log and self.step != 1:
            raise SpaceError("step and log exclude each other; leave one out", ("step",))
        if (self.high - self.low) % self.step:
            reached = self.high - (self.high - self.low) % self.step
            raise SpaceError(
                f"step {self.step} does not fit between low {self.low} and high {self.high}: "
                f"the last value reached is {reached}",
                ("step",),
            )

    @property
    def count(self) -> int:
        """Number of values."""
        return (self.high - self.low) // self.step + 1

    def at(self, index: int) -> int:
        """Value number `index`, from low to high; raises IndexError outside the grid."""
        check_index(index, self.count)
        return self.low + index * self.step

    def index_of(self, value: Value) -> int:
        """Position of a value; raises SpaceError when it is none of the domain's."""
        if not isinstance(value, int) or not self.contains(value):
            raise SpaceError(f"{shown(value)} is not {self.words()}")
        return (value - self.low) // self.step

    def contains(self, value: Value) -> bool:
        """Whether `value` is a whole number of this range (8.0 is not)."""
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        return self.low <= value <= self.high and (value - self.low) % self.step == 0

    def canonical(self, value: Value) -> int:
        """`value` as this domain writes it; raises SpaceError when it is none of its values."""
        return self.at(self.index_of(value))

    def draw(self, rng: random.Random) -> int:
        """One value at random: uniform, on a logarithmic scale when `log`."""
        if not self.log:
            return self.at(rng.randrange(self.count))
        drawn = math.exp(rng.uniform(math.log(self.low - 0.5), math.log(self.high + 0.5)))
        return min(max(round(drawn), self.low), self.high)

    def words(self) -> str:
        """The domain in words, for messages."""
        steps = f" in steps of {self.step}" if self.step > 1 else ""
        return f"a whole number from {self.low} to {self.high}{steps}"


@dataclass(frozen=True)
class Choice:
    """One of a few values, in the order they are listed; a choice of one is a fixed value.

    Raises SpaceError for no choices and for duplicates (1 and 1.0 too), with the position as path.
    """

    choices: tuple[Value, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", tuple(self.choices))
        if not self.choices:
            raise SpaceError("no choices; list at least one value")
        seen: set[tuple[str, Value]] = set()
        for position, value in enumerate(self.choices):
            _check_choice(value, position)
            if identity(value) in seen:
                raise SpaceError(f"{shown(value)} is listed twice", (position,))
            seen.add(identity(value))

    @property
    def count(self) -> int:
        """Number of choices."""
        return len(self.choices)

    @cached_property
    def _positions(self) -> dict[tuple[str, Value], int]:
        return {identity(value): index for index, value in enumerate(self.choices)}

    def at(self, index: int) -> Value:
        """Choice number `index`; raises IndexError outside the list."""
        check_index(index, self.count)
        return self.choices[index]

    def index_of(self, value: Value) -> int:
        """Position of a choice; raises SpaceError for any other value."""
        if not self.contains(value):
            raise SpaceError(f"{shown(value)} is not {self.words()}")
        return self._positions[identity(value)]

    def contains(self, value: Value) -> bool:
        """Whether `value` is one of the choices (True is not 1; 1.0 is)."""
        return is_value(value) and identity(value) in self._positions

    def canonical(self, value: Value) -> Value:
        """`value` as this domain writes it; raises SpaceError when it is none of its values."""
        return self.at(self.index_of(value))

    def draw(self, rng: random.Random) -> Value:
        """One choice at random, all equally likely."""
        return self.at(rng.randrange(self.count))

    def words(self) -> str:
        """The domain in words, for messages."""
        listed = ", ".join(shown(value) for value in self.choices[:8])
        more = f", … ({self.count} in all)" if self.count > 8 else ""
        return listed if self.count == 1 else f"one of {listed}{more}"


def _check_choice(value: object, position: int) -> None:
    try:
        check_value(value)
    except SpaceError as error:
        raise SpaceError(error.message, (position,)) from None


Domain = Float | Int | Choice
