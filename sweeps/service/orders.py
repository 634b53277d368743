"""Commands for a sweep, whether somebody runs it, it waits in the queue, or nobody does.

Each returns whether the sweep has obeyed by now. What nobody runs is never touched here: it gets
into the queue again, and a coordinator does what is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any, Literal

from sweeps.errors import NoSweepError
from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger.jobs import Job, Order, Wanted
from sweeps.ledger.orders import leave
from sweeps.ledger.records import FINAL, SweepRow
from sweeps.ledger.standing import intend, withdraw
from sweeps.refusals import (
    HEARD,
    NOTHING_LEFT,
    has_no_number_of_trials,
    is_final,
    is_over,
    is_run_by_nobody,
    is_stopping,
    is_taken,
    to_retry,
)
from sweeps.service.desk import Desk
from sweeps.service.identity import Who
from sweeps.service.problems import BAD_INPUT, FAILED, ProblemError
from sweeps.service.running.standing import ENDED
from sweeps.trial import Reason
from sweeps.wording import titled

BEGINNING_SECONDS = 3.0
GLANCE_SECONDS = 0.1
"""How long a session that is about to begin is waited for, and between two looks."""


def pause(desk: Desk, who: Who, typed: str) -> bool:
    """Begin nothing new until the sweep is resumed; one that waits is held in the queue."""
    row, job = _settled(desk, who, typed)
    if row.holder is not None:
        if row.state == "stopping":
            raise _refused(is_stopping(row))
        return _told(desk, row, "pause")
    if job is not None and job.state == "held":
        return True
    if job is not None and job.state == "waiting":
        return _changed(desk, job, state="held")
    raise _refused(is_run_by_nobody(row))


def resume(desk: Desk, who: Who, typed: str) -> bool:
    """Go on with a sweep that was paused, interrupted or left, or let one in the queue go on."""
    row, job = _settled(desk, who, typed)
    if row.holder is not None:
        if row.state in ("pausing", "paused"):
            return _told(desk, row, "resume")
        raise _run_by_somebody(row)
    if job is not None and job.state in ("waiting", "held") and not _only_delivers(job):
        return _changed(desk, job, state="waiting", not_before_ms=0)
    _refuse_final(row)
    return _again(desk, who, row, job, "resume", {})


def retry(desk: Desk, who: Who, typed: str, reasons: list[Reason] | None) -> bool:
    """Run failed trials again: those with one of the reasons, or all that failed."""
    row, job = _settled(desk, who, typed)
    _refuse_taken(row, job, "retried")
    try:
        to_retry(row, desk.ledger.reasons(row.sweep_id), reasons)
    except LookupError as error:
        raise _refused(str(error)) from error
    return _again(desk, who, row, job, "retry", {"reasons": reasons})


def extend(desk: Desk, who: Who, typed: str, trials: int) -> bool:
    """Give a sweep more trials than it began with, and go on with it."""
    row, job = _settled(desk, who, typed)
    _refuse_taken(row, job, "extended")
    with _unless_removed(row):
        sweep = desk.sweep_of(row.sweep_id)
    if sweep.search.trials is None:
        raise _refused(has_no_number_of_trials(row))
    return _again(desk, who, row, job, "extend", {"trials": trials})


def end(desk: Desk, who: Who, typed: str, command: Literal["stop", "cancel"]) -> bool:
    """End a sweep for good: after what runs is finished, or at once."""
    row, job = _settled(desk, who, typed)
    if row.state in NOTHING_LEFT:
        raise _refused(is_over(row, command))
    if row.holder is not None:
        return _told(desk, row, command)
    with _unless_removed(row):
        ending: Literal["stopped", "cancelled"] = "stopped" if command == "stop" else "cancelled"
        withdrawn = withdraw(desk.ledger, row.sweep_id, ending)
    if withdrawn:
        desk.runner.wake()
        return True
    if job is not None and job.state in ("waiting", "held"):
        _changed(desk, job, state="waiting", wanted=command, arguments="{}", not_before_ms=0)
        return False
    return _again(desk, who, row, job, command, {})


def _settled(desk: Desk, who: Who, typed: str) -> tuple[SweepRow, Job | None]:
    """The sweep and its job, once it is known who runs it.

    Between a launch and its lease nobody would hear a command. Raises ProblemError, 409, when that
    takes too long.
    """
    until = monotonic() + BEGINNING_SECONDS
    while True:
        row, job = desk.controlled(typed, who)
        if job is None or job.state != "running" or row.holder is not None or row.state in ENDED:
            return row, job
        if monotonic() >= until:
            raise ProblemError(
                409,
                f"{titled(row)} is just being begun: try again in a moment",
                FAILED,
                {"Retry-After": "1"},
            )
        sleep(GLANCE_SECONDS)


def _told(desk: Desk, row: SweepRow, command: Literal["pause", "resume", "stop", "cancel"]) -> bool:
    """Leave a command for the process that runs the sweep; whether it has been heard before."""
    if row.state in HEARD[command]:
        return True
    # Should its session end before it has obeyed, the next one does.
    intend(desk.ledger, row.sweep_id, None if command == "resume" else command)
    with _unless_removed(row):
        left = leave(desk.ledger, row.sweep_id, command)
    if not left:
        raise ProblemError(
            409, f"{titled(row)} ended before it could {command}", FAILED, {"Retry-After": "1"}
        )
    return False


def _changed(desk: Desk, job: Job, **values: Any) -> bool:
    """Change what waits in the queue. Raises ProblemError, 409, when it begins at this moment."""
    if not ledger_jobs.change(desk.ledger, job, **values):
        raise ProblemError(
            409,
            f"sweep {job.sweep_id} has changed in this moment: try again",
            FAILED,
            {"Retry-After": "1"},
        )
    desk.runner.wake()
    return True


def _again(
    desk: Desk,
    who: Who,
    row: SweepRow,
    job: Job | None,
    wanted: Wanted,
    arguments: Mapping[str, Any],
) -> bool:
    """Into the queue once more, as who submitted it; False, since somebody has to begin first."""
    desk.refuse_when_draining()
    order = job.order if job is not None else Order(owner=who.name, digest="")
    with _unless_removed(row):
        put = ledger_jobs.put_again(desk.ledger, row.sweep_id, order, wanted, arguments)
    if put is None:
        raise _in_the_queue(row)
    desk.runner.wake()
    return False


@contextmanager
def _unless_removed(row: SweepRow) -> Iterator[None]:
    """Within it, a sweep that was removed since it was looked at is a ProblemError, 404."""
    try:
        yield
    except NoSweepError as error:
        raise ProblemError(404, f"sweep {row.sweep_id} was removed") from error


def _refuse_taken(row: SweepRow, job: Job | None, done: str) -> None:
    """Raise ProblemError for a sweep that somebody runs or is going to, or that is final."""
    _refuse_final(row)
    if row.holder is not None:
        raise ProblemError(409, is_taken(row, done), FAILED)
    if job is not None and job.state != "over" and not _only_delivers(job):
        raise _in_the_queue(row)


def _only_delivers(job: Job) -> bool:
    """Whether MLflow is to be sent the rest, and nothing else: who goes on with it does so too."""
    return job.state == "waiting" and job.wanted == "deliver"


def _refuse_final(row: SweepRow) -> None:
    if row.state in FINAL:
        raise _refused(is_final(row))


def _run_by_somebody(row: SweepRow) -> ProblemError:
    return ProblemError(409, f"sweep {row.sweep_id} is being run by {row.holder}", FAILED)


def _in_the_queue(row: SweepRow) -> ProblemError:
    return ProblemError(409, f"{titled(row)} waits in the queue already", FAILED)


def _refused(detail: str) -> ProblemError:
    return ProblemError(409, detail, BAD_INPUT)
