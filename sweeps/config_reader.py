"""Typed, ranged look-ups in one configuration, and an error for what nobody asked about."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from numbers import Integral, Real
from typing import TypeVar

from search_spaces.spelling import nearest
from sweeps.trial import Config, Value

Settings = TypeVar("Settings")


@dataclass(frozen=True)
class Interval:
    """The numbers a setting may have; `low` always counts, `high` only when `closed`."""

    low: float = 0.0
    high: float = math.inf
    above_low: bool = False
    closed: bool = False

    def holds(self, number: float) -> bool:
        """Whether the number is finite and inside."""
        over = number > self.low if self.above_low else number >= self.low
        under = number <= self.high if self.closed else number < self.high
        return math.isfinite(number) and over and under

    def __str__(self) -> str:
        over = f"above {self.low:g}" if self.above_low else f"at least {self.low:g}"
        if math.isinf(self.high):
            return over
        return f"{over} and {'at most' if self.closed else 'below'} {self.high:g}"


AT_LEAST_ZERO = Interval()
AT_LEAST_ONE = Interval(low=1.0)
POSITIVE = Interval(above_low=True)
SHARE = Interval(high=1.0)
"""At least 0 and below 1: dropout rates, momenta, moment decays."""
FRACTION = Interval(high=1.0, closed=True)


@dataclass
class ConfigReader:
    """Reads one configuration and remembers which names it was asked for.

    Every look-up raises ValueError with the name, the value and what was expected. A look-up
    without a default requires the name to be there.
    """

    config: Config
    asked: set[str] = field(default_factory=set)

    def has(self, name: str) -> bool:
        """Whether this name, or a name below it (`name.…`), is configured."""
        return any(key == name or key.startswith(f"{name}.") for key in self.config)

    def number(self, name: str, within: Interval, default: float | None = None) -> float:
        """A real number inside the interval."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, Real) or not within.holds(float(value)):
            raise ValueError(f"{name}: {value!r} is not a number {within}")
        return float(value)

    def whole(self, name: str, within: Interval, default: int | None = None) -> int:
        """A whole number inside the interval."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, Integral) or not within.holds(value):
            raise ValueError(f"{name}: {value!r} is not a whole number {within}")
        return int(value)

    def flag(self, name: str, default: bool | None = None) -> bool:
        """True or false."""
        value = self._value(name, default)
        if not isinstance(value, bool):
            raise ValueError(f"{name}: {value!r} is neither true nor false")  # noqa: TRY004
        return value

    def word(self, name: str, known: Iterable[str], default: str | None = None) -> str:
        """One of the known words."""
        value = self._value(name, default)
        known = tuple(known)
        if value not in known:
            close = nearest(str(value), known)
            hint = f"; did you mean {close!r}?" if close else ""
            raise ValueError(f"{name}: {value!r} is not one of {', '.join(known)}{hint}")
        return str(value)

    def text(self, name: str) -> str:
        """Any text."""
        value = self._value(name, None)
        if not isinstance(value, str):
            raise ValueError(f"{name}: {value!r} is not text")  # noqa: TRY004
        return value

    def kind(
        self,
        name: str,
        kinds: Mapping[str, type[Settings]],
        default: str,
        within: Mapping[str, Interval],
    ) -> Settings:
        """The chosen kind's dataclass, filled from `name.kind.setting`; types as it declares."""
        chosen = self.word(name, kinds, default)
        values: dict[str, Value] = {}
        for setting in fields(kinds[chosen]):  # type: ignore[arg-type]
            place = f"{name}.{chosen}.{setting.name}"
            preset = None if setting.default is MISSING else setting.default
            if setting.type == "bool":
                values[setting.name] = self.flag(place, preset)
            elif setting.type == "int":
                values[setting.name] = self.whole(place, within[setting.name], preset)
            else:
                values[setting.name] = self.number(place, within[setting.name], preset)
        return kinds[chosen](**values)

    def refuse_the_rest(self, vocabulary: Iterable[str]) -> None:
        """Raise ValueError for the first configured name that was never asked for."""
        if self.asked.issuperset(self.config):
            return
        known = sorted({*vocabulary, *self.asked})
        for name, value in self.config.items():
            if name in self.asked:
                continue
            if name in known:
                raise ValueError(
                    f"{name}: {value!r} has no effect in this configuration; leave it out"
                )
            close = nearest(name, known)
            hint = f"did you mean {close!r}?" if close else f"known names: {', '.join(known)}"
            raise ValueError(f"{name}: no such parameter; {hint}")

    def _value(self, name: str, default: Value) -> Value:
        self.asked.add(name)
        if name in self.config:
            return self.config[name]
        if default is None:
            raise ValueError(f"{name}: missing, and it has no default")
        return default
