"""When a fit is given up: one of its figures is no finite number any more."""

from __future__ import annotations

import math
from collections.abc import Mapping


class DivergedError(Exception):
    """A figure of the fit is no longer a finite number."""


def refuse_nonfinite(values: Mapping[str, float], when: str) -> None:
    """Raise DivergedError for the first value that is not finite."""
    for name, value in values.items():
        if not math.isfinite(value):
            word = "nan" if math.isnan(value) else "infinite"
            raise DivergedError(f"{name} became {word} {when}")
