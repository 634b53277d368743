"""`layer_count`: how many hidden layers the network has, 0 or more (1 where nothing is said).

layer_count: {low: 1, high: 4}
"""

from __future__ import annotations

from search_spaces.quantities import Whole
from search_spaces.section import Part, Section

LAYERS = Whole(minimum=0)


def read(section: Section) -> list[Part]:
    """`layer_count`."""
    return section.param(LAYERS)
