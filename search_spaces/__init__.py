"""What may vary in a sweep: typed parameters, conditions, constraints, and the grid over them.

Standard library only. `Space.of` builds a space in Python, `Space.read` reads the `space:` section
of a sweep file.
"""

from __future__ import annotations

from search_spaces.conditions import When
from search_spaces.domains import Choice, Float, Int
from search_spaces.errors import SpaceError
from search_spaces.params import Constraint, Derived, Param
from search_spaces.space import Space
from search_spaces.spelling import nearest

__all__ = [
    "Choice",
    "Constraint",
    "Derived",
    "Float",
    "Int",
    "Param",
    "Space",
    "SpaceError",
    "When",
    "nearest",
]
