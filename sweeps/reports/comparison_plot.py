"""Published single runs against the distribution of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from sweeps.reports.drawing import (
    INK,
    SPLIT_COLOURS,
    SPLIT_NAMES,
    dressed,
    keyed,
    new_figure,
    noted,
    saved,
)

Compared = Mapping[str, Mapping[str, tuple[float, Sequence[float]]]]
"""By run, by split: the published accuracy and ours, one per repeat."""


def draw_comparison(title: str, runs: Compared, note: str, path: Path) -> Path:
    """Per run and split: a bar from the 5th to the 95th percentile, a dot at the median.

    A cross stands at the published value.
    """
    figure, (axes,) = new_figure(7.6, 1.4 + 0.52 * len(runs))
    for row, by_split in enumerate(runs.values()):
        for split, (published, ours) in by_split.items():
            y = row + (-0.16 if split == "train" else 0.16)
            colour = SPLIT_COLOURS[split]
            band = np.percentile(ours, [5, 95])
            axes.plot(band, [y, y], color=colour, alpha=0.35, linewidth=6, solid_capstyle="butt")
            axes.plot(np.median(ours), y, "o", color=colour, markersize=6)
            axes.plot(published, y, "x", color=INK, markersize=7, markeredgewidth=2)
    axes.set_yticks(range(len(runs)), list(runs))
    axes.invert_yaxis()
    dressed(axes, title, "accuracy (share of rows right)", "")
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.7)
    for split in ("train", "test"):
        axes.plot([], [], "o-", linewidth=4, color=SPLIT_COLOURS[split], label=SPLIT_NAMES[split])
    axes.plot([], [], "x", color=INK, markeredgewidth=2, linestyle="none", label="published")
    keyed(axes)
    noted(figure, note)
    return saved(figure, path)
