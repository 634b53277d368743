"""Learning curves: the objective by epoch, of trials to their end and, faint, of pruned ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweeps.found import READ_WHOLE
from sweeps.reports.binning import spread
from sweeps.reports.drawing import BLUE, GREY, ORANGE, dressed, keyed, whole_numbers
from sweeps.reports.material import Material
from sweeps.reports.picture import Chart, LeftOut
from sweeps.reports.score_axis import ScoreAxis, score_axis
from sweeps.trial import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_CURVES = 80
"""Of each kind; more hide each other."""
MOST_POINTS = 120
"""Of a curve: more cannot be told apart."""
FALLBACKS = ("val_loss", "loss")

Curve = tuple[tuple[int, float], ...]
"""(epoch, value) pairs; epochs count from 1."""


@dataclass(frozen=True)
class Curves:
    """Curves to the end, curves that broke off, and the best trial's.

    `ended` is what became of those that broke off.
    """

    name: str
    whole: tuple[Curve, ...]
    broken_off: tuple[Curve, ...]
    best: Curve
    axis: ScoreAxis
    trials: int
    ended: str = "pruned"

    @property
    def alt(self) -> str:
        """What is to be seen."""
        pruned = f", {len(self.broken_off):,} of them broken off" if self.broken_off else ""
        shown = len(self.whole) + len(self.broken_off)
        return f"{self.name} by epoch of {shown:,} trials{pruned}; the best trial stands out"

    @property
    def note(self) -> str:
        """What was sampled."""
        shown = len(self.whole) + len(self.broken_off)
        return f"{shown:,} of {self.trials:,} trials, evenly spread" if shown < self.trials else ""

    def height(self, narrow: bool, /) -> float:
        """In inches."""
        return 2.7 if narrow else 3.4

    def draw(self, figure: Figure, _narrow: bool, /) -> None:
        """Broken-off curves behind, the best one in front."""
        axes = figure.subplots()
        _lines(axes, self.broken_off, GREY, 0.5, self.ended)
        _lines(axes, self.whole, BLUE, 0.4, "trial")
        _lines(axes, (self.best,) if self.best else (), ORANGE, 1.0, "best trial", 2.2)
        dressed(axes, "", "epoch", self.name)
        self.axis.set(axes)
        whole_numbers(axes)
        keyed(axes)


def _lines(
    axes: Axes,
    curves: Sequence[Curve],
    colour: str,
    alpha: float,
    label: str,
    width: float = 1.0,
) -> None:
    for position, curve in enumerate(curves):
        epochs, values = zip(*curve, strict=True)
        style = "-" if len(curve) > 1 else "."
        (line,) = axes.plot(epochs, values, style, color=colour, alpha=alpha, linewidth=width)
        if position == 0:
            line.set_label(label)


def curves_of(material: Material) -> Curves | LeftOut | None:
    """Of trials that have a history: neither estimators nor what came from a memo has one."""
    found = material.found
    continued = {one.trial.parent for one in found.results}
    last = [one for one in found.results if one.trial.number not in continued]
    name = history_name(material.metric, last)
    if name is None:
        if found.row.ended > READ_WHOLE:
            return LeftOut(f"histories of more than {READ_WHOLE:,} trials are not read")
        return None
    trained = [one for one in last if len(one.history.get(name, ()))]
    broken = {one.trial.number for one in trained if _broken_off(one)}
    best = material.best
    whole = [curve_of(one, name) for one in trained if one.trial.number not in broken]
    faint = [curve_of(one, name) for one in trained if one.trial.number in broken]
    maximize = material.maximize if name == material.metric else False
    values = [value for curve in (*whole, *faint) for _, value in curve]
    return Curves(
        name=name,
        whole=tuple(spread(whole, MOST_CURVES)),
        broken_off=tuple(spread(faint, MOST_CURVES)),
        best=() if best is None or name not in best.history else curve_of(best, name),
        axis=score_axis(name, values, maximize),
        trials=len(trained),
        ended="pruned" if any(one.state == "pruned" for one in trained) else "not promoted",
    )


def history_name(metric: str, results: Sequence[Result]) -> str | None:
    """Which figure has a value for every epoch: the objective, else a loss; None without any.

    One value is no course of anything.
    """
    for name in (metric, *FALLBACKS):
        if any(len(one.history.get(name, ())) > 1 for one in results):
            return name
    return None


def _broken_off(result: Result) -> bool:
    """Whether it was ended before its time: pruned, or not promoted by Hyperband."""
    budget, horizon = result.trial.budget, result.trial.config.get("epochs")
    short = budget is not None and isinstance(horizon, int) and budget < horizon
    return result.state == "pruned" or short


def curve_of(result: Result, name: str) -> Curve:
    """Its values by epoch, a long one thinned out."""
    return tuple(spread(list(enumerate(result.history[name], start=1)), MOST_POINTS))


CURVES = Chart("learning_curves", "Learning curves", curves_of)
