"""One picture of a sweep: what it shows, and what it looks like wide (PNG, page) and narrow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sweeps.reports.material import Material

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDE = 9.17
"""Inches, which are 880 pixels of a page."""
NARROW = 3.81
"""Inches, which are 366 pixels: what a phone 390 wide has between its margins."""


class Drawing(Protocol):
    """What a picture shows, made ready: drawing it computes nothing but places."""

    @property
    def alt(self) -> str:
        """What is to be seen, in a sentence for those who do not see it."""

    @property
    def note(self) -> str:
        """Small print: what was binned, sampled or left out; may be empty."""

    def height(self, narrow: bool, /) -> float:
        """In inches."""

    def draw(self, figure: Figure, narrow: bool, /) -> None:
        """Onto an empty figure of that height, `WIDE` or `NARROW` inches wide."""


@dataclass(frozen=True)
class LeftOut:
    """Why there is no picture of something that a person might look for."""

    reason: str


@dataclass(frozen=True)
class Chart:
    """A kind of picture. `of` gives None where it does not concern the sweep.

    `name` is the PNG file's, without its ending.
    """

    name: str
    title: str
    of: Callable[[Material], Drawing | LeftOut | None]
