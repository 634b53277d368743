"""Which classes are taken for which: one matrix per model and split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sweeps.reports.drawing import INK, SPLIT_NAMES, new_figure, noted, saved
from sweeps.trial import Confusion

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_confusion(
    title: str, models: Mapping[str, Confusion], classes: Sequence[str], note: str, path: Path
) -> Path:
    """A row of matrices per split, a column per model; counts, shaded by their share of the row."""
    splits = [split for split in SPLIT_NAMES if any(split in found for found in models.values())]
    figure, panels = new_figure(
        1.2 + 2.5 * len(models), 0.9 + 2.5 * len(splits), len(splits), len(models)
    )
    for row, split in enumerate(splits):
        for column, (label, found) in enumerate(models.items()):
            axes = panels[row * len(models) + column]
            if split not in found:
                axes.set_visible(False)
                continue
            _matrix(axes, np.asarray(found[split]), classes)
            if row == 0:
                axes.set_title(label, fontsize=11, color=INK)
            if column == 0:
                axes.set_ylabel(f"{SPLIT_NAMES[split]}\n\ntrue species", color=INK)
            if row == len(splits) - 1:
                axes.set_xlabel("predicted species", color=INK)
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, color=INK)
    noted(figure, note)
    return saved(figure, path)


def _matrix(axes: Axes, counts: np.ndarray, classes: Sequence[str]) -> None:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for true, predicted in np.ndindex(*counts.shape):
        colour = "white" if shares[true, predicted] > 0.55 else INK
        text = str(counts[true, predicted])
        axes.text(predicted, true, text, ha="center", va="center", color=colour, fontsize=10)
    axes.set_xticks(range(len(classes)), classes, fontsize=8, color=INK)
    axes.set_yticks(range(len(classes)), classes, fontsize=8, color=INK)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
