"""`width`: units in the first hidden layer, and in all of them unless `ratio` tapers them.

    width: {low: 8, high: 256, log: true}

Or whole shapes to choose from, first hidden layer first. They say how many layers there are, so
they stand without `layer_count` and `ratio`; the parameter is then `width.layers`, with values
like "128-64-32".

    width: {layers: [[128, 64, 32], [64, 64]]}
"""

from __future__ import annotations

from search_spaces.domains import Choice
from search_spaces.errors import Path, SpaceError
from search_spaces.params import Param
from search_spaces.quantities import Whole
from search_spaces.reading import standing_at
from search_spaces.section import Part, Section
from search_spaces.values import shown

UNITS = Whole(minimum=1)


def read(section: Section) -> list[Part]:
    """`width`, or `width.layers` for whole shapes."""
    if not section.holds("layers"):
        return section.param(UNITS)
    for other in ("layer_count", "ratio"):
        if other in section.description:
            raise SpaceError(
                f"whole shapes and {other} exclude each other; leave one out",
                (*section.path, "layers"),
            )
    part = section.part("layers")
    values = tuple(written(shape) for shape in shapes(section))
    with standing_at(part.path):
        domain = Choice(values)
    return [Param(part.name, domain, part.when, part.path)]


def written(shape: list[int]) -> str:
    """A shape as a parameter's value: 128-64-32."""
    return "-".join(map(str, shape))


def shapes(section: Section) -> list[list[int]]:
    """The shapes of a section that has `layers`, widths from the first hidden layer on."""
    part = section.part("layers")
    if not isinstance(part.raw, list | tuple) or not part.raw:
        raise SpaceError(
            f"{shown(part.raw)} is not a list of shapes such as [[128, 64], [64, 64]]", part.path
        )
    return [_shape(shape, (*part.path, place)) for place, shape in enumerate(part.raw)]


def _shape(raw: object, path: Path) -> list[int]:
    if not isinstance(raw, list | tuple):
        raise SpaceError(f"{shown(raw)} is not a shape; a shape is a list such as [128, 64]", path)
    if not raw:
        raise SpaceError("a shape without layers; list at least one width", path)
    units = []
    for position, entry in enumerate(raw):
        with standing_at((*path, position)):
            units.append(UNITS.value(entry))
    return units
