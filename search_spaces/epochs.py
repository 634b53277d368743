"""`epochs`: how often the training rows are gone through, 1 to 1,000,000.

    epochs: {low: 5, high: 30}

Without this key it is 10. Under Hyperband a fixed number is the most that a trial can get.
"""

from __future__ import annotations

from search_spaces.quantities import Whole
from search_spaces.section import Part, Section

EPOCHS = Whole(minimum=1, maximum=1_000_000)


def read(section: Section) -> list[Part]:
    """`epochs`."""
    return section.param(EPOCHS)
