"""What happens during training: learning rate, loss and accuracy, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from sweeps.reports.drawing import (
    INK,
    PURPLE,
    SPLIT_COLOURS,
    SPLIT_NAMES,
    dressed,
    keyed,
    new_figure,
    noted,
    saved,
    whole_numbers,
)
from sweeps.reports.measured import histories
from sweeps.trial import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HISTORIES = {
    "accuracy": {"train": "accuracy", "val": "val_accuracy", "test": "test_accuracy"},
    "loss": {"train": "loss", "val": "val_loss", "test": "test_loss"},
}
LABELS = {"accuracy": "accuracy (share of rows right)", "loss": "loss, penalties included"}


@dataclass(frozen=True)
class Training:
    """What to draw. `panel` is shown left of accuracy: the learning rate, or the loss.

    `published` are final accuracies by split, marked at the last epoch of the source.
    """

    title: str
    panel: str
    published: Mapping[str, float]
    published_epoch: int
    note: str


def draw_training(training: Training, result: Result, path: Path) -> Path:
    """Two panels over epochs; the median over repeats, and a 5-95 % band when there are several."""
    figure, (left, right) = new_figure(10.4, 4.2, 1, 2)
    if training.panel == "learning_rate":
        _lines(left, histories(result, "learning_rate"), PURPLE, "learning rate", "steps-mid")
        left.set_ylim(bottom=0)
        dressed(left, "Learning rate", "epoch", "learning rate at the start of the epoch")
    else:
        _splits(left, "loss", result)
        dressed(left, "Loss", "epoch", LABELS["loss"])
        left.set_ylim(bottom=0)
        keyed(left)
    _splits(right, "accuracy", result)
    for split, value in training.published.items():
        right.plot(
            training.published_epoch,
            value,
            "x",
            markersize=8,
            markeredgewidth=2,
            color=SPLIT_COLOURS[split],
            clip_on=False,
            zorder=5,
        )
    if training.published:
        right.plot([], [], "x", color=INK, markeredgewidth=2, label="published")
    dressed(right, "Accuracy", "epoch", LABELS["accuracy"])
    right.set_ylim(top=1.01)
    keyed(right)
    figure.suptitle(training.title, x=0.01, ha="left", fontsize=12, color=INK)
    noted(figure, training.note)
    return saved(figure, path)


def _splits(axes: Axes, panel: str, result: Result) -> None:
    for split, name in HISTORIES[panel].items():
        _lines(axes, histories(result, name), SPLIT_COLOURS[split], SPLIT_NAMES[split])


def _lines(
    axes: Axes,
    runs: Sequence[Sequence[float]],
    colour: str,
    label: str,
    style: Literal["default", "steps-mid"] = "default",
) -> None:
    """The median by epoch over the runs still training, and their band."""
    if not runs:
        return
    by_epoch = [
        [run[epoch] for run in runs if epoch < len(run)] for epoch in range(max(map(len, runs)))
    ]
    epochs = np.arange(1, len(by_epoch) + 1)
    if len(runs) > 1:
        low, high = ([np.percentile(each, at) for each in by_epoch] for at in (5, 95))
        axes.fill_between(epochs, low, high, color=colour, alpha=0.18, linewidth=0)
    middle = [np.median(each) for each in by_epoch]
    (line,) = axes.plot(epochs, middle, "o-", markersize=3, linewidth=1.6, color=colour)
    line.set_label(label)
    line.set_drawstyle(style)
    whole_numbers(axes)
