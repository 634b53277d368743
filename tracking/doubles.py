"""Which of a sweep's runs count, where the store has some of them twice.

A run may be created twice: when its creation is carried out so late that it was taken for lost, or
by a process that was stopped, woken up again, and has not yet learned that another one has taken
its sweep over. And a trial that was tried again has the run of its earlier attempt until that is
replaced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracking.records import RunFacts
from tracking.wording import ATTEMPT_TAG, PARENT_TAG, RUNNING, STATE_TAG, UNFINISHED


@dataclass(frozen=True)
class Sorted:
    """The runs of one sweep: those that count, and the surplus.

    `strays` are among the children, and hang on a run that is not the parent.
    """

    parent: RunFacts | None
    children: dict[int, RunFacts]
    surplus: tuple[RunFacts, ...]
    strays: tuple[RunFacts, ...]


def sort_out(runs: Sequence[RunFacts], parent_id: str = "") -> Sorted:
    """Pick one run a trial and one parent.

    Of children the one that `best_of` picks counts. Of parents the one that is `parent_id`,
    then the one that most children hang on, then the oldest.
    """
    by_number: dict[int, list[RunFacts]] = {}
    for run in runs:
        if run.trial is not None:
            by_number.setdefault(run.trial, []).append(run)
    children = {number: best_of(twins) for number, twins in by_number.items()}
    parent = _parent(runs, children.values(), parent_id)
    kept = {run.run_id for run in children.values()} | ({parent.run_id} if parent else set())
    return Sorted(
        parent,
        children,
        tuple(run for run in runs if run.run_id not in kept),
        tuple(run for run in children.values() if parent and _above(run) != parent.run_id),
    )


def best_of(twins: Iterable[RunFacts]) -> RunFacts:
    """Return the run of a trial that counts: one of the newest attempt.

    Its final status is set last, so one that has it is whole. Should a person have ended one that
    was not, the other has more metrics.
    """

    def merits(run: RunFacts) -> tuple[int, bool, int, int, str]:
        return (-attempt_of(run), not is_whole(run), -len(run.metrics), run.started_ms, run.run_id)

    return min(twins, key=merits)


def is_whole(run: RunFacts) -> bool:
    """Whether a child run has all there is to know: it has ended, and not for want of a result."""
    return run.ended and run.tags.get(STATE_TAG) != UNFINISHED


def is_unfinished(run: RunFacts) -> bool:
    """Whether a child run has nothing but what was known of its trial before it had a result."""
    return run.tags.get(STATE_TAG) in {RUNNING, UNFINISHED}


def attempt_of(run: RunFacts) -> int:
    """Return the attempt that a child run shows; 1 where it does not say."""
    found = run.tags.get(ATTEMPT_TAG, "")
    return int(found) if found.isdecimal() else 1


def _parent(
    runs: Iterable[RunFacts], children: Iterable[RunFacts], parent_id: str
) -> RunFacts | None:
    hanging = Counter(_above(child) for child in children)
    return min(
        (run for run in runs if run.trial is None),
        key=lambda run: (run.run_id != parent_id, -hanging[run.run_id], run.started_ms, run.run_id),
        default=None,
    )


def _above(run: RunFacts) -> str:
    return run.tags.get(PARENT_TAG, "")
