"""`batch_size`: training rows per step, 1 or more.

    batch_size: [8, 16, 32]

Without this key it is 32. The last batch of an epoch may be shorter.
"""

from __future__ import annotations

from search_spaces.quantities import Whole
from search_spaces.section import Part, Section

ROWS = Whole(minimum=1)


def read(section: Section) -> list[Part]:
    """`batch_size`."""
    return section.param(ROWS)
