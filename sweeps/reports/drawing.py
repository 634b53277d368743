"""How every picture looks: size, colours, axes. Nothing here needs a display."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito (2008): told apart by people who see fewer colours, and in grey.
BLUE = "#0072B2"
ORANGE = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
INK = "#333333"
GREY = "#8A8A8A"

SPLIT_COLOURS = {"train": BLUE, "val": GREEN, "test": ORANGE}
SPLIT_NAMES = {"train": "training rows", "val": "validation rows", "test": "test rows"}


def new_figure(
    width: float = 7.2, height: float = 4.4, rows: int = 1, columns: int = 1
) -> tuple[Figure, list[Axes]]:
    """A figure of that many inches and its panels, row by row."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=150, layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False)
    return figure, list(panels.flat)


def dressed(axes: Axes, title: str, x_label: str, y_label: str) -> None:
    """Title and labels; light horizontal lines; no box."""
    axes.set_title(title, loc="left", fontsize=11, color=INK)
    axes.set_xlabel(x_label, color=INK)
    axes.set_ylabel(y_label, color=INK)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, labelsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(GREY)


def whole_numbers(axes: Axes) -> None:
    """Ticks of x at whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def keyed(axes: Axes) -> None:
    """The legend above the panel, at the right, where it covers nothing."""
    axes.legend(
        frameon=False,
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=4,
        borderaxespad=0.2,
        fontsize=9,
        handlelength=1.5,
        columnspacing=1.2,
    )


def noted(figure: Figure, text: str) -> None:
    """Small print under the picture."""
    figure.supxlabel(text, fontsize=8, color=GREY, x=0.01, ha="left")


def saved(figure: Figure, path: Path) -> Path:
    """Write the figure as PNG; the folder must exist."""
    figure.savefig(path, format="png", facecolor="white")
    return path
