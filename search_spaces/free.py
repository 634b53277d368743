"""Spaces whose names are somebody else's: the parameters of a user's model, estimator or function.

Every key is one parameter, read by the rule of `search_spaces.reading`; what a value may be follows
from how it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from search_spaces import batch_size, epochs
from search_spaces.errors import SpaceError
from search_spaces.quantities import Anything, Quantity, Real, Whole
from search_spaces.reading import is_form, read_param
from search_spaces.section import Part
from search_spaces.values import shown

LONGEST = 200
KNOWN: Mapping[str, Quantity] = {"epochs": epochs.EPOCHS, "batch_size": batch_size.ROWS}
"""Names that mean the same whatever is tuned."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ ./:+()\[\]-]*")


def read_free(description: object) -> list[Part]:
    """The parameters of a description with any names; raises SpaceError as `Space.read` does."""
    if not isinstance(description, Mapping):
        raise SpaceError(f"{shown(description)} is not a mapping of what may vary")
    return [_read(key, raw) for key, raw in description.items()]


def _read(key: object, raw: object) -> Part:
    if not isinstance(key, str) or not _NAME.fullmatch(key) or len(key) > LONGEST:
        raise SpaceError(f"{shown(key)} is no name of a parameter", (str(key),))
    if isinstance(raw, Mapping) and not is_form(raw):
        way_out = "write a value, a list, or low and high"
        raise SpaceError(f"{shown(raw)} says nothing about values; {way_out}", (key,))
    return read_param(key, raw, KNOWN.get(key, _quantity(raw)), (key,))


def _quantity(raw: object) -> Quantity:
    """Whole numbers between whole bounds, other numbers between others, and choices of anything."""
    bounds = [
        raw[key] for key in ("low", "high", "step") if isinstance(raw, Mapping) and key in raw
    ]
    if not bounds:
        return Anything()
    whole = all(isinstance(bound, int) and not isinstance(bound, bool) for bound in bounds)
    return Whole() if whole else Real()
