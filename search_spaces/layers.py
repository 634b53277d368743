"""Parameters written layer by layer: `{layers: [first hidden layer, second, …]}`.

Those of layer k exist only in networks with at least k hidden layers; a list longer than any
network of the space is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from search_spaces import layer_count, width
from search_spaces.conditions import When
from search_spaces.domains import Choice, Float
from search_spaces.errors import SpaceError
from search_spaces.params import Derived
from search_spaces.reading import read_param
from search_spaces.section import Section
from search_spaces.values import shown


@dataclass(frozen=True)
class Depths:
    """How many hidden layers networks have, by the value of the parameter that decides it.

    `least` and `most` are the extremes; `name` is the deciding parameter, None when nothing varies.
    """

    least: int
    most: int
    name: str | None = None
    by_shape: Mapping[str, int] | None = None

    def at_least(self, layer: int) -> tuple[When, ...]:
        """The condition for networks that have this hidden layer, counted from 1."""
        if self.name is None or layer <= self.least:
            return ()
        if self.by_shape is None:
            return (When(self.name, low=layer),)
        deep = tuple(shape for shape, depth in self.by_shape.items() if depth >= layer)
        return (When(self.name, choices=deep),)


def layers(section: Section) -> list[Section]:
    """The sections of a `layers` list, named `….layer_1`, `….layer_2`, with their conditions.

    Raises SpaceError for an empty list and one with more layers than any network.
    """
    listed = section.part("layers")
    if not isinstance(listed.raw, list | tuple) or not listed.raw:
        raise SpaceError(f"{shown(listed.raw)} is not a list with an entry per layer", listed.path)
    depths = _depths(section.description)
    if len(listed.raw) > depths.most:
        raise SpaceError(
            f"{len(listed.raw)} layers are listed, but no network has more than {depths.most}; "
            "shorten the list or raise layer_count (1 unless given)",
            listed.path,
        )
    return [
        Section(
            f"{section.name}.layer_{layer}",
            raw,
            section.description,
            (*listed.path, layer - 1),
            (*listed.when, *depths.at_least(layer)),
        )
        for layer, raw in enumerate(listed.raw, start=1)
    ]


def _depths(description: Mapping[str, object]) -> Depths:
    shapes = Section("width", description.get("width"), description, ("width",))
    if shapes.holds("layers"):
        return _depths_of_shapes(shapes)
    if Section("ratio", description.get("ratio"), description, ("ratio",)).holds("split"):
        return Depths(2, 2)
    if "layer_count" not in description:
        return Depths(1, 1)
    return _depths_of_count(description["layer_count"])


def _depths_of_shapes(section: Section) -> Depths:
    shapes = width.shapes(section)
    by_shape = {width.written(shape): len(shape) for shape in shapes}
    least, most = min(by_shape.values()), max(by_shape.values())
    return Depths(least, most, None if least == most else "width.layers", by_shape)


def _depths_of_count(raw: object) -> Depths:
    param = read_param("layer_count", raw, layer_count.LAYERS, ("layer_count",))
    domain = param.domain
    if isinstance(domain, Derived | Float):
        raise SpaceError(
            "computed, so nobody knows which layers there are; a layers list needs values",
            ("layer_count",),
        )
    listed = domain.choices if isinstance(domain, Choice) else (domain.low, domain.high)
    counts = [value for value in listed if isinstance(value, int)]
    least = min(counts) if not param.when else min(*counts, 1)
    return Depths(least, max(counts), None if least == max(counts) else param.name)
