"""`layer_count`: how many hidden layers the network has, 0 to 1,000.

    layer_count: {low: 1, high: 4}

Without this key there is one; 0 leaves the output layer alone: a logistic regression, say.
"""

from __future__ import annotations

from search_spaces.quantities import Whole
from search_spaces.section import Part, Section

LAYERS = Whole(minimum=0, maximum=1000)


def read(section: Section) -> list[Part]:
    """`layer_count`."""
    return section.param(LAYERS)
