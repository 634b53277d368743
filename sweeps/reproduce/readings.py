"""What is read from our runs to be held against a published figure: one number for each repeat."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from sweeps.reproduce.estimators import Scores
from sweeps.reproduce.measures import result_for
from sweeps.trial import Part, Result, Value


@dataclass(frozen=True)
class Reading:
    """One of these; `less` is subtracted from it.

    It is of an experiment's `sweep`, or of a `baseline` or saved model of that name.

    `final`: a metric with the final weights. `history` and `epoch`: what a history says after that
    epoch, counted from 1. `best_epoch`: the epoch with the best value of a history. `best` and
    `by`: the value of that parameter in the trial with the best such metric.

    `where` picks the trial; `fold` picks one fold (from 0), without it the mean over folds is read.
    Losses and errors are best when lowest, everything else when highest; the first of equals wins.
    """

    sweep: str = ""
    baseline: str = ""
    where: Mapping[str, Value] = field(default_factory=dict)
    fold: int | None = None
    final: str = ""
    history: str = ""
    epoch: int = 0
    best_epoch: str = ""
    best: str = ""
    by: str = ""
    less: Reading | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """The experiments and baselines that it reads."""
        return (self.sweep or self.baseline, *(self.less.sources if self.less else ()))

    @property
    def exact(self) -> bool:
        """Whether nothing in it is drawn by chance."""
        return bool(self.baseline) and (self.less is None or self.less.exact)


def read(
    reading: Reading, results: Mapping[str, Sequence[Result]], baselines: Mapping[str, Scores]
) -> dict[int, float]:
    """The number of each repeat; repeats that failed, or have no such epoch, are left out.

    Two readings are subtracted repeat by repeat. Raises KeyError for what nobody measured.
    """
    own = _own(reading, results, baselines)
    if reading.less is None:
        return own
    other = read(reading.less, results, baselines)
    return {repeat: value - other[repeat] for repeat, value in own.items() if repeat in other}


def _own(
    reading: Reading, results: Mapping[str, Sequence[Result]], baselines: Mapping[str, Scores]
) -> dict[int, float]:
    if reading.baseline:
        scores = baselines.get(reading.baseline, {})
        return {repeat: scores[repeat][reading.final] for repeat in scores}
    trials = results.get(reading.sweep, ())
    if reading.best:
        return _best_values(reading, trials)
    result = result_for(reading.where, trials)
    return {} if result is None else _by_repeat(reading, result)


def _best_values(reading: Reading, trials: Sequence[Result]) -> dict[int, float]:
    """Of each repeat that no trial failed in: the parameter's value in its best trial."""
    metric = Reading(sweep=reading.sweep, fold=reading.fold, final=reading.by)
    scores = [(trial, _by_repeat(metric, trial)) for trial in trials]
    shared = set[int].intersection(*(set(each) for _, each in scores)) if scores else set()
    best = _best_of(reading.by)
    found: dict[int, float] = {}
    for repeat in sorted(shared):
        column = [each[repeat] for _, each in scores]
        value = scores[column.index(best(column))][0].trial.config[reading.best]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{reading.best}: {value!r} is not a number")
        found[repeat] = float(value)
    return found


def _by_repeat(reading: Reading, result: Result) -> dict[int, float]:
    found: dict[int, float] = {}
    for repeat in sorted({part.repeat for part in result.parts}):
        parts = [part for part in result.parts if part.repeat == repeat]
        if reading.fold is not None:
            parts = [part for part in parts if part.fold == reading.fold]
        if any(part.error is not None for part in parts):
            continue
        values = [_of_part(reading, part) for part in parts]
        if values and all(map(math.isfinite, values)):
            found[repeat] = fmean(values)
    return found


def _of_part(reading: Reading, part: Part) -> float:
    """NaN for an epoch that the training did not come to."""
    if reading.final:
        return part.metrics[reading.final]
    if reading.best_epoch:
        history = part.history[reading.best_epoch]
        return 1.0 + history.index(_best_of(reading.best_epoch)(history))
    history = part.history[reading.history]
    return history[reading.epoch - 1] if reading.epoch <= len(history) else math.nan


def _best_of(metric: str) -> Callable[[Sequence[float]], float]:
    return min if metric.endswith(("loss", "mae")) else max
