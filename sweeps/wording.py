"""Figures as a person reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sweeps.best_found import finite
from sweeps.errors import printable
from sweeps.trial import Config, Reason

if TYPE_CHECKING:
    from sweeps.ledger.records import SweepRow

_UNITS = (("d", 86400, "h", 3600), ("h", 3600, "min", 60), ("min", 60, "s", 1))


def figure(value: float) -> str:
    """A score or metric: four significant digits, trailing zeros left out."""
    return f"{value:.4g}"


def duration(seconds: float) -> str:
    """`48 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`."""
    whole = max(0, round(seconds))
    for unit, size, smaller, part in _UNITS:
        if whole >= size:
            rest = whole % size // part
            return f"{whole // size} {unit}" + (f" {rest} {smaller}" if rest else "")
    return f"{whole} s"


def moment(milliseconds: int) -> str:
    """A time since 1970 as local date and time."""
    return datetime.fromtimestamp(milliseconds / 1000).strftime("%Y-%m-%d %H:%M")


def count(number: int, one: str) -> str:
    """`1 trial`, `2,000 trials`."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def size(length: int) -> str:
    """Bytes: `0 B`, `14 kB`, `2.1 MB`, `1,200 GB`."""
    value = float(length)
    for unit in ("B", "kB", "MB"):
        if round(value, 1) < 1000:
            return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} GB" if value < 10 else f"{value:,.0f} GB"


def waiting(trials: int) -> str:
    """`1 trial waits`, `2,000 trials wait`."""
    return f"{count(trials, 'trial')} {'waits' if trials == 1 else 'wait'}"


def titled(row: SweepRow) -> str:
    """A sweep as a line about it begins: name and id."""
    return f"{row.name} {row.sweep_id}"


def shown(state: str) -> str:
    """A sweep's state as words of a sentence."""
    return state.replace("_", " ")


def reasons_in_words(reasons: Mapping[Reason, int]) -> str:
    """`9 diverged, 3 timed_out`."""
    return ", ".join(f"{number:,} {reason}" for reason, number in reasons.items())


def inline(config: Config) -> str:
    """A configuration on one line."""
    return printable(", ".join(f"{name} {_value(value)}" for name, value in config.items()))


def lines(values: Mapping[str, Any], indent: str = "  ") -> list[str]:
    """Names and values below each other, the values in a column."""
    told = {printable(name): printable(_value(value)) for name, value in values.items()}
    width = max(map(len, told), default=0)
    return [f"{indent}{name:<{width}}  {value}" for name, value in told.items()]


def as_json(value: Any) -> str:
    """JSON that every reader takes: what is not a finite number becomes null.

    Characters that a terminal might obey are escapes, as JSON allows.
    """
    text = json.dumps(finite(value), indent=2, ensure_ascii=False, allow_nan=False)
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def _value(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)
