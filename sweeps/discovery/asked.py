"""What a recorded function asked for, and the space that comes of it: plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Value = bool | int | float | str | None


@dataclass(frozen=True)
class Asked:
    """One parameter that a run of the function asked for.

    `written` is what a sweep file says of it, without `when`. `value` is what the function was
    given, `others` the values worth trying besides, the ends of a range first; `all_values` tells
    that these are all there are. `when` holds the conditions that the function itself states.
    """

    name: str
    written: Mapping[str, Any]
    value: Value
    others: tuple[Value, ...]
    all_values: bool
    when: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)

    @property
    def ends(self) -> tuple[Value, ...]:
        """The values to try first: two ends and the middle of many, or all of a few."""
        if len(self.others) <= FEW:
            return self.others
        return tuple(
            dict.fromkeys((self.others[0], self.others[-1], self.others[len(self.others) // 2]))
        )


FEW = 4
"""Values of a range that are all tried, whatever the ends show. Choices are always all tried."""


def description_of(
    found: Mapping[str, Asked], when: Mapping[str, Mapping[str, Sequence[Value]]]
) -> dict[str, Any]:
    """The `space:` section with these parameters under these conditions."""
    return {
        name: {**asked.written, "when": {p: list(v) for p, v in when[name].items()}}
        if when.get(name)
        else dict(asked.written)
        for name, asked in found.items()
    }
