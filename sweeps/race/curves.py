"""Best so far against epochs spent: one curve a sweep, compared on one axis."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sweeps.problem import Problem
from sweeps.spent_epochs import planned, trained
from sweeps.sweep import Sweep
from sweeps.trial import Result

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A step function: after `spent[i]` epochs the best score became `best[i]`, of `trials[i]`.

    `spent` never falls, and `best` only becomes better. Empty where no trial had a score in time.
    `trained` trials spent `epochs` in all, the last of them beyond the limit perhaps.
    """

    spent: tuple[int, ...]
    best: tuple[float, ...]
    trials: tuple[int, ...] = ()
    trained: int = 0
    epochs: int = 0

    @property
    def first(self) -> float:
        """After how many epochs there was a first score; infinity where there was none."""
        return self.spent[0] if self.spent else math.inf

    @property
    def last(self) -> float:
        """The best score of all; NaN where there was none."""
        return self.best[-1] if self.best else math.nan

    def at(self, epochs: Values) -> Values:
        """The best score after so many epochs; NaN before the first."""
        places = np.searchsorted(np.array(self.spent), epochs, side="right") - 1
        found = np.array([*self.best, math.nan])
        return np.asarray(np.where(places < 0, math.nan, found[places]))


def curve_of(sweep: Sweep, problem: Problem, results: Iterable[Result], epochs: int) -> Curve:
    """What a sweep had found when, from its results by trial number.

    Trials count in the order of their numbers, as if one were trained after the other. What ended
    after `epochs` were spent does not count. A trial's score counts however few epochs it had.
    """
    spent: list[int] = []
    best: list[float] = []
    trials: list[int] = []
    behind: dict[int, int] = {}
    total = 0
    for result in results:
        trial, done = result.trial, trained(result, sweep)
        behind[trial.number] = planned(trial, problem) if done is None else done
        before = 0 if trial.parent is None else behind.get(trial.parent, 0)
        total += max(0, behind[trial.number] - before)
        score = result.score
        if score is None or total > epochs:
            continue
        if not best or _better(sweep, score, best[-1]):
            spent.append(total)
            best.append(score)
            trials.append(trial.number)
    return Curve(tuple(spent), tuple(best), tuple(trials), len(behind), total)


def _better(sweep: Sweep, score: float, than: float) -> bool:
    return sweep.objective.minimised(score) < sweep.objective.minimised(than)


def common_start(curves: Iterable[Curve]) -> float:
    """From how many epochs on every curve has a score: areas before that would compare nothing.

    Curves that never have one are left out; 0 where there is no other.
    """
    return max((float(curve.first) for curve in curves if curve.spent), default=0.0)


def area(curve: Curve, start: float, epochs: int) -> float:
    """The mean best-so-far score from `start` to `epochs` epochs; NaN where there is none."""
    if not curve.first <= start < epochs:
        return curve.last if start == epochs and curve.first <= start else math.nan
    edges = [start, *(at for at in curve.spent if start < at < epochs), float(epochs)]
    heights = curve.at(np.array(edges[:-1]))
    return float(np.dot(np.diff(edges), heights) / (epochs - start))


@dataclass(frozen=True)
class Band:
    """Curves of repeats together: their median, and the lowest and highest, each from one epoch on.

    The last of `epochs` is the end.
    """

    epochs: Values
    middle: Values
    low: Values
    high: Values


def band(curves: Sequence[Curve], epochs: int) -> Band:
    """From where every one of the curves has a score, at every step of any of them.

    None of them may be empty.
    """
    start = common_start(curves)
    steps = {float(at) for curve in curves for at in curve.spent if start < at < epochs}
    along = np.array([start, *sorted(steps), float(epochs)])
    heights = np.array([curve.at(along) for curve in curves])
    return Band(along, np.median(heights, axis=0), heights.min(axis=0), heights.max(axis=0))
