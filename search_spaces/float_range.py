"""Ranges of numbers: continuous, or in exact decimal steps."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from search_spaces.bounds import check_index, check_range, checked
from search_spaces.errors import SpaceError
from search_spaces.values import Value, is_number, shown

_MOST_STEPS = 2**53


@dataclass(frozen=True)
class Float:
    """Numbers from `low` to `high`, both included: continuous, or in steps of `step`.

    `log` draws them uniformly on a logarithmic scale. A step must fit into the range a whole
    number of times; its values are the decimals one would write (0.1, 0.2, 0.3), not sums of
    rounding errors. Raises SpaceError whose path is the field at fault.
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None

    def __post_init__(self) -> None:
        for name in ("low", "high", "step"):
            value = getattr(self, name)
            if value is not None or name != "step":
                object.__setattr__(self, name, float(checked(value, name)))
        check_range(self.low, self.high, self.log)
        if self.step is not None:
            self._check_step(self.step)

    def _check_step(self, step: float) -> None:
        if self.log:
            raise SpaceError("step and log exclude each other; leave one out", ("step",))
        if step <= 0:
            raise SpaceError(f"step {step:g} is not above 0", ("step",))
        exact = (_decimal(self.high) - _decimal(self.low)) / _decimal(step)
        if exact > _MOST_STEPS:
            raise SpaceError(f"step {step:g} is too fine: over 2**53 values", ("step",))
        if abs(exact - round(exact)) > min(exact / 10**9, Fraction(1, 10**6)):
            reached = float(_decimal(self.low) + math.floor(exact) * _decimal(step))
            raise SpaceError(
                f"step {step!r} does not fit between low {self.low!r} and high {self.high!r}: "
                f"the last value reached is {reached!r}",
                ("step",),
            )

    @cached_property
    def count(self) -> int | None:
        """Number of grid values; None when continuous."""
        if self.low == self.high:
            return 1
        return None if self.step is None else self._steps + 1

    @cached_property
    def _steps(self) -> int:
        if self.step is None:
            return 0
        return round((_decimal(self.high) - _decimal(self.low)) / _decimal(self.step))

    @cached_property
    def _lattice(self) -> tuple[int, int, int]:
        """Whole numbers (first, step, scale): grid value i is (first + i * step) / scale."""
        first, step = _decimal(self.low), _decimal(self.step or 0.0)
        scale = math.lcm(first.denominator, step.denominator)
        return int(first * scale), int(step * scale), scale

    def at(self, index: int) -> float:
        """Grid value number `index`, from low to high; raises IndexError outside the grid."""
        if self.count is None:
            raise SpaceError("a continuous range has no grid; give it a step")
        check_index(index, self.count)
        if index == self._steps:
            return self.high
        first, step, scale = self._lattice
        return (first + index * step) / scale

    def index_of(self, value: Value) -> int:
        """Position of a grid value; raises SpaceError for any other."""
        if self.count is None:
            raise SpaceError("a continuous range has no grid; give it a step")
        index = self._nearest(value)
        if index is None:
            raise SpaceError(f"{shown(value)} is not {self.words()}")
        return index

    def contains(self, value: Value) -> bool:
        """Whether `value` is a number of this range (and, with a step, within rounding of one)."""
        if self.count is not None:
            return self._nearest(value) is not None
        return is_number(value) and self.low <= value <= self.high

    def _nearest(self, value: Value) -> int | None:
        if not is_number(value):
            return None
        first, step, scale = self._lattice
        index = round((Fraction(value) * scale - first) / step) if step else 0
        index = min(max(index, 0), self._steps)
        slack = 1e-9 * (self.step or 0.0)
        return index if math.isclose(self.at(index), value, rel_tol=1e-12, abs_tol=slack) else None

    def canonical(self, value: Value) -> float:
        """`value` as this domain writes it; raises SpaceError when it is none of its values."""
        if self.count is not None:
            return self.at(self.index_of(value))
        if not is_number(value) or not self.contains(value):
            raise SpaceError(f"{shown(value)} is not {self.words()}")
        return float(value)

    def draw(self, rng: random.Random) -> float:
        """One value at random: uniform, on a logarithmic scale when `log`."""
        if self.count is not None:
            return self.at(rng.randrange(self.count))
        share = rng.random()
        if self.log:
            drawn = math.exp(math.log(self.low) * (1 - share) + math.log(self.high) * share)
        else:
            drawn = self.low * (1 - share) + self.high * share
        return min(max(drawn, self.low), self.high)

    def words(self) -> str:
        """The domain in words, for messages."""
        steps = f" in steps of {self.step:g}" if self.step else ""
        return f"a number from {self.low:g} to {self.high:g}{steps}"


def _decimal(value: float) -> Fraction:
    """The decimal that one writes for a float, exactly: 1/10 for 0.1."""
    return Fraction(repr(value))
