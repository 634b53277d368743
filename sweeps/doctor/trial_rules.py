"""What must be so of each trial in the ledger by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import fmean

from search_spaces import SpaceError
from sweeps.doctor.stage_rules import stage_faults
from sweeps.doctor.violation import Fault
from sweeps.ledger.evidence import KeptTrial
from sweeps.ledger.records import ENDED
from sweeps.losses import MOST_TRIES
from sweeps.sweep import Sweep
from sweeps.trial import Result

STATES = ("running", *ENDED, "cancelled")


def trial_faults(kept: KeptTrial, sweep: Sweep, created_ms: int) -> Iterator[Fault]:
    """Everything that is wrong with one trial's row. `created_ms` is when its sweep began."""
    if kept.unreadable is not None:
        yield _fault(kept, "results", f"what the ledger keeps is unreadable ({kept.unreadable})")
        return
    if kept.state not in STATES:
        yield _fault(kept, "states", f"no trial has a state {kept.state!r}")
        return
    yield from _about_result(kept)
    yield from _about_times(kept, created_ms)
    yield from _about_attempts(kept)
    yield from stage_faults(kept)
    yield from _about_configuration(kept, sweep)
    if kept.result is not None and kept.result.score is not None:
        yield from _about_score(kept, kept.result, kept.result.score, sweep.objective.metric)


def _about_result(kept: KeptTrial) -> Iterator[Fault]:
    """Done is a score, failed is a reason and no score, anything else has no result at all."""
    result = kept.result
    if result is None:
        if kept.state in ENDED:
            yield _fault(kept, "results", f"{kept.state}, but without a result")
        elif kept.score is not None or kept.reason is not None:
            yield _fault(kept, "results", f"{kept.state}, but with a score or a reason of failure")
        if kept.shipped:
            yield _fault(kept, "results", f"{kept.state}, but counted as sent to MLflow")
        return
    if kept.state not in ENDED:
        yield _fault(kept, "results", f"{kept.state}, but with a result")
    elif kept.state == "done" and (result.error is not None or result.score is None):
        yield _fault(kept, "results", "done, but its result is a failure")
    elif kept.state != result.state or (result.error is not None and result.score is not None):
        said = f"{kept.state}, but its result has a score or another reason"
        yield _fault(kept, "results", said)
    if kept.score != result.score:
        yield _fault(kept, "scores", "the score in the ledger's column is not that of the result")
    if kept.reason != (None if result.error is None else result.error.reason):
        yield _fault(kept, "scores", "the reason in the ledger's column is not that of the result")


def _about_times(kept: KeptTrial, created_ms: int) -> Iterator[Fault]:
    if kept.started_ms < created_ms:
        yield _fault(kept, "times", "begun before its sweep")
    if (kept.ended_ms is None) != (kept.state == "running"):
        yield _fault(kept, "times", f"{kept.state}, " + _odd_end(kept))
    elif kept.ended_ms is not None and kept.ended_ms < kept.started_ms:
        yield _fault(kept, "times", "ended before it began")


def _odd_end(kept: KeptTrial) -> str:
    return "but without an end" if kept.ended_ms is None else "but with an end"


def _about_attempts(kept: KeptTrial) -> Iterator[Fault]:
    if kept.attempt < 1:
        yield _fault(kept, "attempts", f"attempt {kept.attempt}, though they count from 1")
    if not 0 <= kept.tries <= min(kept.attempt, MOST_TRIES):
        said = f"{kept.tries} tries in {kept.attempt} attempts, with a cap of {MOST_TRIES}"
        yield _fault(kept, "attempts", said)


def _about_configuration(kept: KeptTrial, sweep: Sweep) -> Iterator[Fault]:
    if sweep.defined_as_it_runs:
        return
    config = dict(kept.trial.config)
    try:
        whole = sweep.space.check(config)
    except SpaceError as error:
        yield _fault(kept, "configurations", f"the configuration is none of the space's ({error})")
        return
    if whole != config:
        yield _fault(kept, "configurations", "the configuration lacks a value that the space fixes")


def _about_score(kept: KeptTrial, result: Result, score: float, metric: str) -> Iterator[Fault]:
    """The score is the mean of the objective over the parts, and stands among the metrics."""
    if not math.isfinite(score):
        yield _fault(kept, "scores", "the score is no finite number")
    if result.metrics.get(metric) != score:
        yield _fault(kept, "scores", f"the score is not the result's {metric}")
    parts = [part.metrics.get(metric, math.nan) for part in result.parts]
    if parts and not math.isclose(fmean(parts), score, rel_tol=1e-12, abs_tol=1e-12):
        yield _fault(kept, "scores", f"the score is not the mean of {metric} over the parts")


def _fault(kept: KeptTrial, rule: str, said: str) -> Fault:
    return Fault(rule, said, kept.number)
