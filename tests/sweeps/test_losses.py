"""What becomes of a pack that brought no outcomes."""

from __future__ import annotations

import errno
import os
import signal
from collections import deque
from collections.abc import Callable
from functools import partial

import pytest

from sweeps import losses
from sweeps.executors.executor import ClusterError, ClusterLostError, TimedOutError, WorkerDiedError
from sweeps.executors.raised import Raised, RemoteError
from sweeps.executors.worker import WorkerStartError
from sweeps.losses import MOST_TRIES, StuckError, Verdict
from sweeps.trainers.trainer import Pack
from sweeps.trial import Failure, Fit, Trial

FITS = tuple(Fit(Trial(number, {}), 0, 0, seed=0, budget=1) for number in range(9))
KILLED = WorkerDiedError("ended by signal 9", signal.SIGKILL)


def judged(
    error: Exception, fits: tuple[Fit, ...] = FITS[:1], tries: int = 0, broken_off: bool = False
) -> Verdict:
    numbers = dict.fromkeys((fit.trial.number for fit in fits), tries)
    return losses.judge(Pack(fits), error, numbers, broken_off=broken_off, worked=True)


def failure(verdict: Verdict) -> Failure:
    (outcome,) = verdict.failed
    assert outcome.error is not None
    return outcome.error


def trained(deaths: Callable[[Pack], Exception | None]) -> tuple[list[list[int]], dict[int, str]]:
    """(the trials of each pack that was tried, each trial's reason of failure or nothing)."""
    waiting, tries = deque([Pack(FITS)]), dict.fromkeys(range(9), 0)
    seen: list[list[int]] = []
    found: dict[int, str] = {}
    while waiting:
        pack = waiting.popleft()
        numbers = losses.numbers_of([pack])
        seen.append(numbers)
        if (error := deaths(pack)) is None:
            found |= dict.fromkeys(numbers, "")
            continue
        verdict = losses.judge(pack, error, tries, broken_off=False, worked=True)
        waiting.extendleft(reversed(list(verdict.again)))
        tries |= {number: tries[number] + verdict.charged for number in numbers}
        for outcome in verdict.failed:
            assert outcome.error is not None
            found[outcome.fit.trial.number] = outcome.error.reason
    return seen, found


def test_a_worker_that_dies_once_costs_no_trial() -> None:
    errors: list[Exception | None] = [KILLED]
    seen, found = trained(lambda pack: errors.pop() if errors else None)
    assert found == dict.fromkeys(range(9), "")
    assert seen == [list(range(9)), [0, 1, 2, 3], [4, 5, 6, 7, 8]]


@pytest.mark.parametrize("guilty", range(9))
@pytest.mark.parametrize(
    ("error", "reason", "times"),
    [
        (KILLED, "crashed", MOST_TRIES),
        (WorkerDiedError("ended", 9, out_of_memory=True), "out_of_memory", MOST_TRIES),
        (TimedOutError(12.0), "timed_out", 1),
        (RemoteError(Raised("KeyError", "'x'", "Traceback …")), "crashed", 1),
        (RemoteError(Raised("MemoryError", "", "Traceback …")), "out_of_memory", 1),
    ],
)
def test_a_fit_that_ends_its_pack_is_lost_alone(
    guilty: int, error: Exception, reason: str, times: int
) -> None:
    bad = FITS[guilty]
    seen, found = trained(lambda pack: error if bad in pack.fits else None)
    assert found == dict.fromkeys(range(9), "") | {guilty: reason}
    assert seen.count([guilty]) == times


@pytest.mark.parametrize("number", sorted(losses.FROM_OUTSIDE))
def test_a_worker_that_was_told_to_end_leaves_its_pack_whole_a_few_times(number: int) -> None:
    error = WorkerDiedError("ended", number)
    assert judged(error, FITS) == Verdict(again=[Pack(FITS)], charged=True)
    assert failure(judged(error, tries=MOST_TRIES - 1)).reason == "infrastructure"


def test_what_dies_while_the_sweep_is_ended_is_not_to_blame() -> None:
    assert judged(KILLED, tries=99, broken_off=True) == Verdict(again=[Pack(FITS[:1])])


def test_a_death_counts_towards_the_tries_of_a_single_fit_only() -> None:
    assert judged(KILLED).charged
    assert not judged(KILLED, FITS).charged


def test_what_a_trainer_raised_is_told_with_its_traceback() -> None:
    told = failure(judged(RemoteError(Raised("KeyError", "'x'", "Traceback of the worker"))))
    assert told == Failure("crashed", "KeyError: 'x'", "Traceback of the worker")


STARVED = (
    WorkerDiedError("ended", 9, out_of_memory=True),
    MemoryError("no 3 GB left"),
    RemoteError(Raised("XlaRuntimeError", "RESOURCE_EXHAUSTED: out of memory", "Traceback …")),
    RemoteError(Raised("OutOfMemoryError", "CUDA out of memory.", "Traceback …")),
    RemoteError(Raised("ResourceExhaustedError", "OOM when allocating", "Traceback …")),
)


@pytest.mark.parametrize("error", STARVED)
def test_a_fit_that_lacked_memory_beside_others_is_tried_once_alone(error: Exception) -> None:
    alone = Pack(FITS[:1], alone=True)
    judge = partial(losses.judge, tries={0: 0}, broken_off=False, worked=True, shared="gpus")
    assert judge(Pack(FITS[:1]), error) == Verdict(again=[alone])
    again = judge(alone, error)
    assert (failure(again).reason, again.again) == ("out_of_memory", ())


@pytest.mark.parametrize("error", STARVED)
def test_of_many_that_lacked_memory_each_half_is_tried_first(error: Exception) -> None:
    verdict = losses.judge(
        Pack(FITS[:2]), error, {0: 0, 1: 0}, broken_off=False, worked=True, shared="gpus"
    )
    assert verdict.again == [Pack(FITS[:1]), Pack(FITS[1:2])]


def test_of_the_machines_memory_only_the_kernel_takes_it_from_some_for_others() -> None:
    """Many that are too large by themselves would end all workers, time and again."""
    judge = partial(losses.judge, tries={0: 0}, broken_off=False, worked=True, shared="memory")
    assert judge(Pack(FITS[:1]), STARVED[0]) == Verdict(again=[Pack(FITS[:1], alone=True)])
    for error in STARVED[1:]:
        verdict = judge(Pack(FITS[:1]), error)
        assert (failure(verdict).reason, verdict.again) == ("out_of_memory", ())


def test_where_nothing_is_shared_nobody_else_had_the_memory() -> None:
    assert failure(judged(MemoryError())).reason == "out_of_memory"
    assert judged(STARVED[0]) == Verdict(again=[Pack(FITS[:1])], charged=True)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_takes_nothing_stops_everything(number: int) -> None:
    with pytest.raises(StuckError, match=os.strerror(number)):
        judged(OSError(number, os.strerror(number)), FITS)


def test_other_trouble_of_the_machine_is_tried_again_and_then_infrastructure() -> None:
    error = OSError(errno.EIO, "Input/output error")
    assert judged(error, FITS, tries=0) == Verdict(again=[Pack(FITS)], charged=True)
    assert judged(error, FITS[:1], tries=1).again
    assert failure(judged(error, tries=MOST_TRIES - 1)).reason == "infrastructure"


def test_a_worker_that_cannot_be_started_at_all_is_no_trials_fault() -> None:
    error = WorkerStartError("ended with exit code 1 before it was ready")
    assert failure(judged(error, tries=MOST_TRIES - 1)).reason == "infrastructure"
    with pytest.raises(WorkerStartError):
        losses.judge(Pack(FITS), error, {}, broken_off=False, worked=False)


def test_a_cluster_that_takes_no_calls_is_no_trials_fault() -> None:
    error = ClusterError("keras-sweeps is not installed on the nodes of the Ray cluster")
    assert failure(judged(error, tries=MOST_TRIES - 1)).reason == "infrastructure"
    with pytest.raises(ClusterError):
        losses.judge(Pack(FITS), error, {}, broken_off=False, worked=False)


def test_with_a_cluster_that_is_lost_nothing_goes_on() -> None:
    with pytest.raises(ClusterLostError):
        judged(ClusterLostError("the head is gone"))
