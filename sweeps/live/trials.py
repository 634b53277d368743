"""Trials under way, as MLflow is shown them: epoch by epoch, over all their parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from sweeps.live.at_work import Report
from sweeps.sweep import Evaluate
from sweeps.trial import Trial

MOST_SHOWN = 64
"""Trials that are shown at once; others are there when they have their result."""

MOST_PARTS_SHOWN = 10
"""Of trials with more parts, only what is known of all of them together."""

Place = tuple[int, int]
"""Repeat and fold."""


@dataclass(frozen=True)
class Epoch:
    """The means over a trial's parts, and when the last of them had that epoch behind it.

    With a `part`, which counts from 0, it is that one's alone.
    """

    number: int
    values: Mapping[str, float]
    at_ms: int
    part: int | None = None


@dataclass
class LiveTrial:
    """A trial that is trained as its `attempt`: the epochs of parts that wait for the others."""

    trial: Trial
    attempt: int
    started_ms: int
    waiting: dict[int, dict[Place, Report]] = field(default_factory=dict)


class LiveTrials:
    """The trials without a result. A trial's epoch is known when all parts have had it.

    The last part may begin long after the first, so those of few are shown by themselves as well.
    """

    def __init__(self, evaluate: Evaluate) -> None:
        self._evaluate = evaluate
        self._open: dict[int, LiveTrial] = {}
        self._shown: set[int] = set()

    def begin(self, trials: Iterable[LiveTrial]) -> None:
        """These may be heard of from now on; one that is known begins anew."""
        for one in trials:
            self._open[one.trial.number] = one

    def again(self, number: int) -> None:
        """The trial is attempted once more."""
        known = self._open[number]
        self._open[number] = LiveTrial(known.trial, known.attempt + 1, known.started_ms)

    def over(self, numbers: Iterable[int]) -> None:
        """These have their results."""
        for number in numbers:
            self._open.pop(number, None)
            self._shown.discard(number)

    def trial(self, number: int) -> Trial | None:
        """The open trial of that number."""
        known = self._open.get(number)
        return None if known is None else known.trial

    def seen(self, numbers: Iterable[int]) -> Iterator[LiveTrial]:
        """Those of the trials that are shown now, since they are at work."""
        for number in numbers:
            known = self._open.get(number)
            if known is not None and self._may_show(number):
                yield known

    def heard(self, reports: Sequence[Report]) -> Iterator[tuple[LiveTrial, list[Epoch]]]:
        """The trials that the reports are about, and the epochs that are known by them."""
        by_trial: dict[int, list[Report]] = {}
        for report in reports:
            by_trial.setdefault(report.trial, []).append(report)
        for number, its_own in by_trial.items():
            known = self._open.get(number)
            if known is not None and self._may_show(number):
                yield known, list(self._complete(known, its_own))

    def _may_show(self, number: int) -> bool:
        if number not in self._shown and len(self._shown) < MOST_SHOWN:
            self._shown.add(number)
        return number in self._shown

    def _complete(self, known: LiveTrial, reports: Sequence[Report]) -> Iterator[Epoch]:
        folds, repeats = max(1, self._evaluate.folds), self._evaluate.repeats_of(known.trial)
        for report in reports:
            parts = known.waiting.setdefault(report.epoch, {})
            parts[report.repeat, report.fold] = report
            if 1 < len(repeats) * folds <= MOST_PARTS_SHOWN:
                part = repeats.index(report.repeat) * folds + report.fold
                yield Epoch(report.epoch, report.values, report.at_ms, part)
            if len(parts) == len(repeats) * folds:
                del known.waiting[report.epoch]
                yield _mean([parts[place] for place in sorted(parts)])


def _mean(parts: Sequence[Report]) -> Epoch:
    """As a result's history puts its parts together, to the last bit."""
    shared = [name for name in parts[0].values if all(name in part.values for part in parts)]
    return Epoch(
        number=parts[0].epoch,
        values={name: fmean(part.values[name] for part in parts) for name in shared},
        at_ms=max(part.at_ms for part in parts),
    )
