"""A drawing as files: a PNG with its title on it, and the SVGs of a page."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.reports.drawing import GREY, INK
from sweeps.reports.picture import NARROW, WIDE, Drawing
from sweeps.reports.scale import shortened

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POINTS = 72
"""In an inch; an SVG counts in them."""
DOTS = 110
"""Of a PNG in an inch."""
TITLE = 0.33
NOTE_LINE = 0.17
"""Inches above a PNG's drawing, for its title and each line of small print."""
FONT_POINTS = 9.0
"""12 pixels at the width that a drawing is made for."""

SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "sweeps",
    "text.parse_math": False,
    "axes.unicode_minus": False,
    "axes.formatter.use_mathtext": False,
    "font.size": FONT_POINTS,
    "axes.labelsize": FONT_POINTS,
    "axes.titlesize": FONT_POINTS,
    "xtick.labelsize": FONT_POINTS,
    "ytick.labelsize": FONT_POINTS,
    "legend.fontsize": FONT_POINTS,
    "path.simplify": True,
}
"""The same text and the same bytes everywhere; a dollar sign in a name is a dollar sign."""


@dataclass(frozen=True)
class Svg:
    """A picture as matplotlib wrote it. Sizes in points; `top` of its height are blank."""

    text: str
    width: float
    height: float
    top: float


@contextmanager
def settled() -> Iterator[None]:
    """Matplotlib with our settings, whatever the user's own are.

    Letters that its font lacks are nothing to warn of: the page is written in the reader's fonts.
    """
    import matplotlib as mpl
    from matplotlib import style

    with warnings.catch_warnings(), style.context("default"), mpl.rc_context(SETTINGS):
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def rendered(drawing: Drawing, title: str, path: Path) -> tuple[Svg, Svg]:
    """Write the PNG and return the (wide, narrow) SVGs. Call it in `settled`."""
    lines = textwrap.wrap(drawing.note, 130)
    top = TITLE + NOTE_LINE * len(lines)
    figure = _laid_out(drawing, narrow=False, top=top)
    texts = [_over(figure, shortened(title, 110), 0.24, 11, INK)]
    texts += [
        _over(figure, line, 0.24 + NOTE_LINE * (at + 1), 8, GREY) for at, line in enumerate(lines)
    ]
    figure.savefig(path, format="png", dpi=DOTS, facecolor="white", metadata={"Software": None})
    for text in texts:
        text.set_visible(False)
    wide = _svg(figure, top)
    return wide, _svg(_laid_out(drawing, narrow=True, top=0.0), 0.0)


def _laid_out(drawing: Drawing, narrow: bool, top: float) -> Figure:
    """The figure with everything in its place, so that it can be saved more than once."""
    from matplotlib.figure import Figure

    height = drawing.height(narrow) + top
    figure = Figure(figsize=(NARROW if narrow else WIDE, height), dpi=DOTS, layout="constrained")
    engine: Any = figure.get_layout_engine()
    engine.set(rect=(0, 0, 1, 1 - top / height))
    drawing.draw(figure, narrow)
    engine.execute(figure)
    # With an engine, even one that does nothing, everything would be drawn twice to be saved once.
    figure.set_layout_engine(None)
    return figure


def _over(figure: Figure, text: str, below: float, size: float, colour: str) -> Any:
    """A line of text so many inches below the top, at the left."""
    height = figure.get_figheight()
    return figure.text(0.01, 1 - below / height, text, fontsize=size, color=colour, va="baseline")


def _svg(figure: Figure, top: float) -> Svg:
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    written = io.StringIO()
    figure.savefig(written, format="svg", facecolor="none", metadata=nothing)
    width, height = figure.get_size_inches()
    return Svg(written.getvalue(), width * POINTS, height * POINTS, top * POINTS)
