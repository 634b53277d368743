"""`ratio`: the next hidden layer's width divided by this one's, above 0 (1 where nothing is said).

Hidden layer i, from 0, has max(1, round(width * ratio ** i)) units.

    ratio: [0.5, 1.0, 2.0]

Or two hidden layers that share a fixed total: `first` units and then `total - first`. This takes
the place of `width` and makes `layer_count` 2.

    ratio: {split: {total: 100, first: {low: 1, high: 99}}}
"""

from __future__ import annotations

from search_spaces.domains import Choice, Domain
from search_spaces.errors import SpaceError
from search_spaces.layer_count import LAYERS
from search_spaces.params import Constraint, Derived, Param
from search_spaces.quantities import Real, Whole
from search_spaces.reading import read_param
from search_spaces.section import Group, Part, Section

NEXT_TO_THIS = Real(above=0)
SPLIT = Group({"total": Whole(minimum=2), "first": Whole(minimum=1)}, ("total", "first"))


def read(section: Section) -> list[Part]:
    """`ratio`, or `ratio.split.total` and `ratio.split.first` with a `layer_count` of 2."""
    if not section.holds("split"):
        return section.param(NEXT_TO_THIS)
    if "width" in section.description:
        raise SpaceError(
            "split and width exclude each other: total says how many units there are",
            (*section.path, "split"),
        )
    split = section.part("split")
    parts = split.group(SPLIT)
    return [*_two_layers(section), *parts, *_second_layer(parts, split)]


def _two_layers(section: Section) -> list[Part]:
    if "layer_count" not in section.description:
        return [Param("layer_count", Choice((2,)), (), section.path)]
    raw = section.description["layer_count"]
    given = read_param("layer_count", raw, LAYERS, ("layer_count",))
    if isinstance(given.domain, Derived) or not given.fixed or given.domain.at(0) != 2:
        raise SpaceError(
            "a split has two hidden layers; write 2 or leave layer_count out", ("layer_count",)
        )
    return []


def _second_layer(parts: list[Part], split: Section) -> list[Part]:
    """A constraint that leaves the second layer a unit, unless every configuration does."""
    domains = {part.name: part.domain for part in parts if isinstance(part, Param)}
    total, first = domains["ratio.split.total"], domains["ratio.split.first"]
    if not isinstance(total, Derived) and not isinstance(first, Derived):
        if _ends(first)[1] < _ends(total)[0]:
            return []
        if total.count == 1 or _ends(first)[0] >= _ends(total)[1]:
            raise SpaceError(
                f"first reaches {_ends(first)[1]} of {_ends(total)[0]} units and leaves none for "
                "the second layer",
                (*split.path, "first"),
            )
    return [Constraint("ratio.split", "ratio.split.first < ratio.split.total")]


def _ends(domain: Domain) -> tuple[int, int]:
    """The smallest and the largest of a domain of whole numbers."""
    listed = domain.choices if isinstance(domain, Choice) else (domain.low, domain.high)
    numbers = [value for value in listed if isinstance(value, int)]
    return min(numbers), max(numbers)
