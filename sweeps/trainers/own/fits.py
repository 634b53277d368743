"""Fits of the user's code one after the other: rows in, figures out, and every way to fail."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sweeps.problem import Problem
from sweeps.tasks.task import Data, Part
from sweeps.trainers.admission import rows_of
from sweeps.trainers.breakdown import failure_of
from sweeps.trainers.divergence import DivergedError, refuse_nonfinite
from sweeps.trainers.own.output import printed_apart
from sweeps.trainers.own.seeding import seeded
from sweeps.trainers.time_limit import TimeLimit
from sweeps.trainers.trainer import Pack
from sweeps.trial import Confusion, Failure, Fit, Outcome
from sweeps.user_code.user_code import UserCodeError

ONE_THREAD = {
    # Workers share the cores, and sums are added in one order on any number of them.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Measured:
    """What a fit of the user's code brought; `notes` as in `Outcome`."""

    metrics: Mapping[str, float]
    confusion: Confusion = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


Measure = Callable[[Fit, Problem], Measured]
"""Trains and judges one fit. Raises UserCodeError, FailedError, DivergedError or MemoryError."""


class FailedError(Exception):
    """A fit that cannot be, or that is given up; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def refused(message: str) -> FailedError:
    """The error for a configuration, or an evaluation, that this code cannot have."""
    return FailedError(Failure("bad_configuration", message))


def own_rows(fit: Fit, problem: Problem) -> Data:
    """The fit's rows, in arrays of its own: what the user's code changes in them is gone with it.

    Raises FailedError when the task cannot give them.
    """
    data = rows_of(fit.fold, fit.repeat, problem)
    if isinstance(data, Failure):
        raise FailedError(data)
    val = None if data.val is None else _copied(data.val)
    return Data(_copied(data.train), val, _copied(data.test))


def _copied(part: Part) -> Part:
    weights = None if part.weights is None else part.weights.copy()
    return Part(part.x.copy(), part.y.copy(), weights)


def alone(fits: Sequence[Fit]) -> list[Pack]:
    """A pack for each: nobody here knows how long one takes, and what is done is to be kept."""
    return [Pack((fit,)) for fit in fits]


def trained(pack: Pack, problem: Problem, measure: Measure, trainer: str) -> list[Outcome]:
    """One outcome per fit, in the pack's order.

    A fit under way is not interrupted here: those that the pack's time leaves none for are
    `timed_out`, and what takes much too long is ended with its worker.
    """
    limit = TimeLimit(pack.fits)
    outcomes = [_outcome(fit, problem, measure, limit) for fit in pack.fits]
    return [replace(outcome, trainer=trainer) for outcome in limit.told(outcomes)]


def _outcome(fit: Fit, problem: Problem, measure: Measure, limit: TimeLimit) -> Outcome:
    started = time.perf_counter()
    if limit.is_over:
        return Outcome(fit, {}, {}, 0.0, error=limit.failure(0, fit.budget))
    try:
        with limit.counting(), seeded(fit.seed), printed_apart():
            found = measure(fit, problem)
        refuse_nonfinite(found.metrics, "at the end")
    except FailedError as error:
        failure = error.failure
    except UserCodeError as error:
        failure = _failure(error)
    except MemoryError as error:
        failure = failure_of(error)
    except DivergedError as error:
        failure = Failure("diverged", str(error))
    else:
        seconds = time.perf_counter() - started
        return Outcome(fit, found.metrics, {}, seconds, found.confusion, notes=found.notes)
    return Outcome(fit, {}, {}, time.perf_counter() - started, error=failure)


def _failure(error: UserCodeError) -> Failure:
    """What the user's code met: a library's lack of memory is none of its mistakes."""
    cause = error.__cause__
    found = failure_of(cause) if isinstance(cause, Exception) else None
    return found if found is not None and found.reason == "out_of_memory" else error.failure
