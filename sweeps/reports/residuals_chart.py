"""Residuals: how far the winner's predictions of a number are off."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from sweeps.reports.drawing import BLUE, INK, dressed
from sweeps.reports.material import Material
from sweeps.reports.picture import Chart, LeftOut

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REGRESSION = "mae"
"""What every fit of a regression is measured by."""


@dataclass(frozen=True)
class Off:
    """What was predicted, and by how much the truth is more, for test rows."""

    trial: int
    dots: tuple[tuple[float, float], ...]

    @property
    def alt(self) -> str:
        """What is to be seen."""
        mean = fmean(abs(off) for _, off in self.dots)
        return (
            f"Residuals of trial {self.trial} on test rows; they are off by {mean:.3g} on average"
        )

    @property
    def note(self) -> str:
        """What was trained, and on what it was tried."""
        rows = f"{len(self.dots):,} test rows"
        return f"trial {self.trial}, trained once more on all training rows; {rows}"

    def height(self, narrow: bool, /) -> float:
        """In inches."""
        return 2.7 if narrow else 3.4

    def draw(self, figure: Figure, _narrow: bool, /) -> None:
        """A dot for each row, and a line where nothing is off."""
        axes = figure.subplots()
        xs, ys = zip(*self.dots, strict=True)
        axes.plot(xs, ys, ".", color=BLUE, alpha=0.5, markersize=5)
        axes.axhline(0, color=INK, linewidth=0.8, linestyle="--")
        dressed(axes, "", "predicted", "true less predicted")


def residuals_of(material: Material) -> Off | LeftOut | None:
    """Of a regression whose winner was tried on test rows: predictions are kept of no trial."""
    winner, kept = material.winner, material.residuals
    if winner is None or not any(name.endswith(REGRESSION) for name in winner.metrics):
        return None
    if kept is None or kept.trial != material.winning_trial or not kept.pairs:
        sweep_id = material.found.row.sweep_id
        return LeftOut(
            "predictions are not kept; to train the winner once more and see how far it is off: "
            f"sweeps report {sweep_id} --residuals"
        )
    return Off(kept.trial, tuple((said, true - said) for true, said in kept.pairs))


RESIDUALS = Chart("residuals", "How far the winner is off", residuals_of)
