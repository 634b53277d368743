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
from functools import cached_property, reduce
from itertools import pairwise
from operator import or_

from search_spaces.domains import Domain
from search_spaces.errors import SpaceError
from search_spaces.params import Derived, Param
from search_spaces.values import Value

_REMEMBERED = 100_000
_MOST_CASES = 5_000
"""Counts that may be worked out at once: some hundreds do where conditions are not entangled."""
MOST_POINTS = 10**300
"""Beyond this, shares of the points are no floating-point numbers any more."""


@dataclass(frozen=True)
class Segment:
    """`size` neighbouring grid values, from position `start` on, that make `inactive` inactive."""

    start: int
    size: int
    inactive: int


class Grid:
    """Counts grid points, and turns them into positions and back; the last parameter is fastest.

    `params` stand behind those that they depend on and none is continuous. Counting takes time
    exponential in the number of parameters only where conditions are densely entangled: then it
    raises SpaceError, as it does for more than 10**300 points.
    """

    def __init__(self, params: Sequence[Param]) -> None:
        self._params = [p for p in params if not isinstance(p.domain, Derived)]
        self._bit = {param.name: 1 << place for place, param in enumerate(self._params)}
        self._parents = [
            sum({self._bit[condition.name] for condition in param.when}) for param in self._params
        ]
        self._varying = sum(self._bit[param.name] for param in self._params if param.varying)
        self._awaited = self._without_fixed()
        self._children = [
            sum(
                self._bit[p.name]
                for p, of in zip(self._params, self._awaited, strict=True)
                if of & bit
            )
            for bit in self._bit.values()
        ]
        self._segments = [self._cut(place) for place in range(len(self._params))]
        self._cases = [_cases(segments) for segments in self._segments]
        self._all = (1 << len(self._params)) - 1
        self._counted: dict[int, int] = {}
        self._cases_left = _MOST_CASES

    @cached_property
    def _number(self) -> int:
        count = self._counted_anew(self._all)
        if count > MOST_POINTS:
            raise SpaceError(
                f"a grid of more than 10**{len(str(MOST_POINTS)) - 1} points; let fewer "
                "parameters vary, or make a range of numbers continuous"
            )
        return count

    @property
    def count(self) -> int:
        """Number of grid points."""
        return self._number

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
                each = self._counted_anew(rest)
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
                index += passed * self._counted_anew(rest)
                if position < segment.start + segment.size:
                    undecided = rest
                    break
        return index

    def _without_fixed(self) -> list[int]:
        """The varying parameters that each one waits for, those that fixed ones wait for included.

        Fixed parameters are left out of counting: there may be hundreds, one for every layer.
        """
        awaited: list[int] = []
        for parents in self._parents:
            through_fixed = (awaited[place] for place in _places(parents & ~self._varying))
            awaited.append(reduce(or_, through_fixed, parents & self._varying))
        return awaited

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

    def _counted_anew(self, undecided: int) -> int:
        """`_count`, with a new allowance of cases to work out."""
        self._cases_left = _MOST_CASES
        return self._count(undecided)

    def _count(self, undecided: int) -> int:
        undecided &= self._varying
        known = self._counted.get(undecided)
        if known is not None:
            return known
        if not self._cases_left:
            raise SpaceError(
                "conditions are too entangled for the grid to be counted; let parameters depend "
                "on fewer others"
            )
        self._cases_left -= 1
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
        ready = [place for place in _places(group) if not self._awaited[place] & group]
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
                reached |= self._awaited[place] | self._children[place]
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
