"""The axis of scores: what of it is shown, so that a few bad trials do not flatten all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WORST = 0.05
"""The share of the worst trials that may be left off the axis."""
FAR = 3.0
"""Those are that are so many times as far from the best as all others."""
MARGIN = 0.05


@dataclass(frozen=True)
class ScoreAxis:
    """From `low` to `high`; `beyond` scores are worse than what is shown."""

    metric: str
    low: float
    high: float
    beyond: int = 0

    @property
    def note(self) -> str:
        """That some are not shown; empty when all are."""
        if not self.beyond:
            return ""
        trials = "1 trial that is" if self.beyond == 1 else f"{self.beyond:,} trials that are"
        return f"{trials} much worse than the others not shown"

    def set(self, axes: Axes) -> None:
        """Have the axes' y show it, with a little room."""
        room = MARGIN * (self.high - self.low) or 0.05 * abs(self.high) or 0.05
        axes.set_ylim(self.low - room, self.high + room)


def score_axis(metric: str, scores: Sequence[float], maximize: bool) -> ScoreAxis:
    """The axis of at least one score."""
    sign = 1.0 if maximize else -1.0
    good = sign * np.asarray(scores, dtype=float)
    best, near = good.max(), np.quantile(good, WORST)
    shown = good[good >= best - FAR * (best - near)].min() if near < best else good.min()
    low, high = sorted((float(sign * shown), float(sign * best)))
    return ScoreAxis(metric, low, high, int((good < shown).sum()))
