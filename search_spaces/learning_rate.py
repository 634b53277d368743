"""`learning_rate`: the optimizer's step size, above 0.

    learning_rate: {low: 1e-4, high: 1e-1, log: true}

Without this key it is 0.001. Every decay starts from it.
"""

from __future__ import annotations

from search_spaces.quantities import Real
from search_spaces.section import Part, Section

RATE = Real(above=0)


def read(section: Section) -> list[Part]:
    """`learning_rate`."""
    return section.param(RATE)
