"""Runs a function branch by branch until every parameter that it may ask for has been seen.

The function is run with its defaults, then with each value of each parameter that Python could
branch on. What appears, or is missing, with a value depends on it; parameters found that way are
varied in the branch where they were found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from search_spaces.values import identity
from sweeps.discovery.asked import Asked, Value, description_of

Run = Callable[[Mapping[str, Value]], list[Asked]]
"""What the function asks for when it is given these values, and its defaults for all others."""

MOST_RUNS = 400
MOST_VALUES = 100


class UndiscoverableError(ValueError):
    """The space cannot be found out by recording; the message says why, and what to write."""


@dataclass
class _Exploration:
    run: Run
    runs: int = 0
    found: dict[str, Asked] = field(default_factory=dict)
    contexts: dict[str, Mapping[str, Value]] = field(default_factory=dict)
    when: dict[str, dict[str, list[Value]]] = field(default_factory=dict)
    always: set[str] = field(default_factory=set)

    def asked(self, values: Mapping[str, Value]) -> dict[str, Asked]:
        self.runs += 1
        if self.runs > MOST_RUNS:
            raise UndiscoverableError(
                f"there are more branches than {MOST_RUNS} runs can show: write `space` in the "
                "sweep file"
            )
        asked: dict[str, Asked] = {}
        for one in self.run(values):
            self._check_same(one)
            asked.setdefault(one.name, one)
        return asked

    def explore(self) -> dict[str, Any]:
        queue = self._take(self.asked({}), {}, None, None)
        while queue:
            queue += self._vary(queue.pop(0))
        return description_of(self.found, self.when)

    def _check_same(self, one: Asked) -> None:
        known = self.found.get(one.name)
        if known is not None and known.written != one.written:
            raise UndiscoverableError(
                f"{one.name!r} is asked for as {dict(known.written)} and as {dict(one.written)}: "
                "give each a name of its own"
            )

    def _take(
        self,
        asked: Mapping[str, Asked],
        context: Mapping[str, Value],
        parent: str | None,
        value: Value,
    ) -> list[str]:
        """Keep what is new in a run, which has `parent` at `value`; their names."""
        new = [name for name in asked if name not in self.found]
        for name in new:
            self.found[name] = asked[name]
            self.contexts[name] = context
            self.when[name] = {p: list(values) for p, values in asked[name].when.items()}
            if parent is not None and parent not in self.when[name]:
                self.when[name][parent] = [value]
        return new

    def _vary(self, name: str) -> list[str]:
        """Try a parameter's other values where it was found; the names of what that brought up."""
        one, context = self.found[name], self.contexts[name]
        if not one.others:
            return []
        before = self.asked(context)
        tried = {value: self.asked({**context, name: value}) for value in one.ends}
        if any(set(asked) != set(before) for asked in tried.values()):
            tried |= self._rest(one, context, tried)
        new: list[str] = []
        for value, asked in tried.items():
            new += self._take(asked, {**context, name: value}, name, value)
            self._widen(asked, name, value, {**context, name: value})
        self._narrow(name, one.value, before, tried)
        return new

    def _rest(
        self, one: Asked, context: Mapping[str, Value], tried: Mapping[Value, Any]
    ) -> dict[Value, dict[str, Asked]]:
        """The values between the ends: which of them change what is asked for must be known."""
        if not one.all_values or len(one.others) > MOST_VALUES:
            raise UndiscoverableError(
                f"which parameters there are depends on {one.name!r}, which has more values than "
                "can be tried: write `space` in the sweep file"
            )
        left = [value for value in one.others if value not in tried]
        return {value: self.asked({**context, one.name: value}) for value in left}

    def _widen(
        self, asked: Mapping[str, Asked], parent: str, value: Value, context: Mapping[str, Value]
    ) -> None:
        """Take in that known parameters were asked for with `parent` at `value`."""
        for name in asked:
            conditions = self.when[name]
            if name in self.always or parent == name:
                continue
            stated = parent in self.found[name].when
            if parent in conditions and not stated and not _among(value, conditions[parent]):
                conditions[parent].append(value)
            held = {p: context.get(p, asked[p].value if p in asked else None) for p in conditions}
            if any(not _among(held[p], values) for p, values in conditions.items()):
                # Needed by one of several conditions, which a space cannot say: so always there.
                self.always.add(name)
                self.when[name] = {}

    def _narrow(
        self,
        parent: str,
        value: Value,
        before: Mapping[str, Asked],
        tried: Mapping[Value, Mapping[str, Asked]],
    ) -> None:
        """What was asked for before, but not with every value, depends on the parameter."""
        for name in before:
            present = [value, *(other for other, asked in tried.items() if name in asked)]
            if name == parent or name in self.always or len(present) == len(tried) + 1:
                continue
            self.when[name].setdefault(parent, present)


def _among(value: Value, values: list[Value]) -> bool:
    return identity(value) in [identity(one) for one in values]


def explored(run: Run) -> dict[str, Any]:
    """The `space:` section of all parameters that the function may ask for.

    Raises UndiscoverableError where recording cannot tell, and whatever `run` raises.
    """
    found = _Exploration(run).explore()
    if not found:
        raise UndiscoverableError("it asks for no parameter at all: there is nothing to search")
    return found
