"""The candidates of searches, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from sweeps.reports.drawing import BLUE, INK, ORANGE, dressed, new_figure, noted, saved


def draw_candidates(
    title: str,
    score: str,
    searches: Mapping[str, Sequence[float]],
    published: Sequence[str],
    note: str,
    path: Path,
) -> Path:
    """One line of dots per search, a stroke at its mean. `published` names those of the source."""
    figure, (axes,) = new_figure(7.2, 1.5 + 0.62 * len(searches))
    for row, (name, means) in enumerate(searches.items()):
        colour = ORANGE if name in published else BLUE
        # Equal means are common with few rows: dots are moved apart, the same way every time.
        apart = np.random.default_rng(row).uniform(-0.14, 0.14, len(means))
        axes.plot(means, row + apart, "o", color=colour, alpha=0.65, markersize=6)
        axes.plot([np.mean(means)] * 2, [row - 0.3, row + 0.3], color=INK, linewidth=1.6)
    axes.set_yticks(range(len(searches)), list(searches))
    axes.invert_yaxis()
    dressed(axes, title, score, "")
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.7)
    noted(figure, note)
    return saved(figure, path)
