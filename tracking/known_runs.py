"""What a tracker knows of the runs that a sweep has in the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tracking.doubles import Sorted, attempt_of, is_unfinished, is_whole
from tracking.records import LiveRecord, Metric, SweepRecord, TrialRecord

Row = tuple[str, int, float]
"""A metric's name, its step and its value."""


@dataclass(frozen=True)
class KnownChild:
    """A trial's run: the attempt it shows, and whether it is complete.

    It is `described` when it is known to have its parameters and tags, and `unfinished` when it has
    nothing but what was known before there was a result. `has` are metrics that it is known to
    have: those that were shown, and what an attempt before this one has left there.
    """

    run_id: str
    attempt: int
    started_ms: int
    complete: bool
    unfinished: bool
    described: bool = False
    has: set[Row] = field(default_factory=set)

    def lacks(self, metrics: Iterable[Metric]) -> list[Metric]:
        """Those that are not there, whenever they were measured."""
        return [one for one in metrics if _row(one) not in self.has]

    def got(self, metrics: Iterable[Metric]) -> None:
        """Those were written."""
        self.has.update(map(_row, metrics))


def _row(metric: Metric) -> Row:
    return metric.name, metric.step, metric.value


@dataclass
class KnownSweep:
    """A sweep's runs: the parent, and the children by trial number.

    A call that failed may have been carried out all the same, so the trials it was about are in
    `doubt`, and are looked up before anything is created for them.
    """

    record: SweepRecord
    experiment_id: str
    parent_id: str
    children: dict[int, KnownChild] = field(default_factory=dict)
    doubt: set[int] = field(default_factory=set)

    def shows(self, trial: TrialRecord | LiveRecord) -> bool:
        """Whether the trial's run is of this attempt and complete, or of a later one."""
        child = self.children.get(trial.number)
        if child is None or trial.number in self.doubt:
            return False
        return child.attempt > trial.attempt or (child.attempt == trial.attempt and child.complete)


def by_number(found: Sorted) -> dict[int, KnownChild]:
    """Return what there is to know of the children that count."""
    return {
        number: KnownChild(
            run.run_id, attempt_of(run), run.started_ms, is_whole(run), is_unfinished(run)
        )
        for number, run in found.children.items()
    }
