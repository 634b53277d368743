"""The grid of a space with conditions, counted and addressed without being built.

Parameters are bits of a mask: those that are undecided and may still become active. Deciding a
parameter removes it and those that its value makes inactive. What remains falls apart into groups
with no condition between them; their counts multiply, and a group's count depends on its mask
alone, so each is computed once. A parameter's values are never listed: they are cut where a
condition begins or ceases to hold, and a segment between two cuts counts as one case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from search_spaces.domains import Domain
from search_spaces.params import Derived, Param
from search_spaces.values import Value

_REMEMBERED = 100_000


@dataclass(frozen=True)
class Segment:
    """`size` neighbouring grid values, from position `start` on, that make `inactive` inactive."""

    start: int
    size: int
    inactive: int


class Grid:
    """Counts grid points, and turns them into positions and back; the last parameter is fastest.

    `params` stand behind those that they depend on and none is continuous. Counting takes time
    exponential in the number of parameters only where conditions are densely entangled.
    """

    def __init__(self, params: Sequence[Param]) -> None:
        self._params = [p for p in params if not isinstance(p.domain, Derived)]
        self._bit = {param.name: 1 << place for place, param in enumerate(self._params)}
        self._parents = [
            sum({self._bit[condition.name] for condition in param.when}) for param in self._params
        ]
        self._children = [
            sum(
                self._bit[p.name]
                for p, of in zip(self._params, self._parents, strict=True)
                if of & bit
            )
            for bit in self._bit.values()
        ]
        self._segments = [self._cut(place) for place in range(len(self._params))]
        self._cases = [_cases(segments) for segments in self._segments]
        self._all = (1 << len(self._params)) - 1
        self._counted: dict[int, int] = {}

    @property
    def count(self) -> int:
        """Number of grid points."""
        return self._count(self._all)

    def at(self, index: int) -> dict[str, Value]:
        """Values of the active parameters at grid point `index`, from 0 to below `count`."""
        values: dict[str, Value] = {}
        undecided = self._all
        for place, param in enumerate(self._params):
            if not undecided >> place & 1:
                continue
            undecided &= ~(1 << place)
            for segment in self._segments[place]:
                rest = undecided & ~segment.inactive
                each = self._count(rest)
                if index < segment.size * each:
                    step, index = divmod(index, each)
                    values[param.name] = _domain(param).at(segment.start + step)
                    undecided = rest
                    break
                index -= segment.size * each
        return values

    def index_of(self, values: Mapping[str, Value]) -> int:
        """Position of the grid point with these values of its active parameters."""
        index = 0
        undecided = self._all
        for place, param in enumerate(self._params):
            if not undecided >> place & 1:
                continue
            undecided &= ~(1 << place)
            position = _domain(param).index_of(values[param.name])
            for segment in self._segments[place]:
                rest = undecided & ~segment.inactive
                passed = min(segment.size, position - segment.start)
                index += passed * self._count(rest)
                if position < segment.start + segment.size:
                    undecided = rest
                    break
        return index

    def _cut(self, place: int) -> list[Segment]:
        domain = _domain(self._params[place])
        name = self._params[place].name
        dependants = [(p, [c for c in p.when if c.name == name]) for p in self._params]
        dependants = [(param, conditions) for param, conditions in dependants if conditions]
        count = domain.count or 0
        cuts = {0}.union(*(c.cuts(domain) for _, conditions in dependants for c in conditions))
        segments: list[Segment] = []
        for start, stop in pairwise(sorted(cuts | {count})):
            value = domain.at(start)
            inactive = self._with_dependants(
                sum(
                    self._bit[p.name] for p, cs in dependants if not all(c.holds(value) for c in cs)
                )
            )
            if segments and segments[-1].inactive == inactive:
                start = segments.pop().start
            segments.append(Segment(start, stop - start, inactive))
        return segments

    def _with_dependants(self, inactive: int) -> int:
        for place, parents in enumerate(self._parents):
            if parents & inactive:
                inactive |= 1 << place
        return inactive

    def _count(self, undecided: int) -> int:
        known = self._counted.get(undecided)
        if known is not None:
            return known
        total = 1
        rest = undecided
        while rest:
            group = self._group(rest)
            total *= self._branch(group) if group == undecided else self._count(group)
            rest &= ~group
        if len(self._counted) >= _REMEMBERED:
            self._counted.clear()
        self._counted[undecided] = total
        return total

    def _branch(self, group: int) -> int:
        """The count of one group: decide the parameter on which most others wait."""
        ready = [place for place in _places(group) if not self._parents[place] & group]
        place = max(ready, key=lambda place: (self._children[place] & group).bit_count())
        others = group & ~(1 << place)
        return sum(
            size * self._count(others & ~inactive) for inactive, size in self._cases[place].items()
        )

    def _group(self, undecided: int) -> int:
        """The first undecided parameter with all that conditions connect to it."""
        group = frontier = undecided & -undecided
        while frontier:
            reached = 0
            for place in _places(frontier):
                reached |= self._parents[place] | self._children[place]
            frontier = reached & undecided & ~group
            group |= frontier
        return group


def _domain(param: Param) -> Domain:
    if isinstance(param.domain, Derived):
        raise TypeError(f"{param.name} is computed and stands on no grid")
    return param.domain


def _cases(segments: Sequence[Segment]) -> dict[int, int]:
    """How many values there are for each set of parameters that they make inactive."""
    cases: dict[int, int] = {}
    for segment in segments:
        cases[segment.inactive] = cases.get(segment.inactive, 0) + segment.size
    return cases


def _places(mask: int) -> list[int]:
    places = []
    while mask:
        lowest = mask & -mask
        places.append(lowest.bit_length() - 1)
        mask ^= lowest
    return places
