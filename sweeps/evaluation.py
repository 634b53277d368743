"""Folds and repeats, in one place: a trial becomes fits, and outcomes become a result."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from sweeps.checkpoint_keeper import under_way
from sweeps.draws import fit_seed
from sweeps.metrics.catalog import METRICS
from sweeps.problem import Problem
from sweeps.redaction import told_safely
from sweeps.sweep import CheckpointChoice, Objective
from sweeps.trial import (
    Cost,
    Defined,
    Failure,
    Fit,
    History,
    Keeping,
    Outcome,
    Part,
    Pruned,
    Result,
    Span,
    Trial,
)

NEVER = CheckpointChoice()

AT_ONCE_MS = 100
"""Between two fits that a worker trains one after the other."""


def fits_of(
    trial: Trial,
    problem: Problem,
    checkpoints: Path,
    trial_seconds: float | None = None,
    keep: CheckpointChoice = NEVER,
) -> list[Fit]:
    """One fit per fold and repeat, in that order of counting: repeats outside, folds inside.

    A trial that stops short of its configuration's epochs may be continued later, so its fits say
    where to keep a checkpoint. `trial_seconds` is split evenly among the fits, and each fit of a
    confirmation has as many as one of the search; `keep` says how often each is kept on the way.
    Raises ValueError for a configuration that the subject cannot be.
    """
    spec = problem.subject.read(trial.config)
    budget = trial.budget if trial.budget is not None else spec.epochs
    folds = max(1, problem.evaluate.folds)
    fits = problem.evaluate.repeats * folds
    return [
        Fit(
            trial=trial,
            fold=fold,
            repeat=repeat,
            seed=fit_seed(problem.seed, spec.identity, fold, repeat),
            budget=budget,
            resume_from=_checkpoint(checkpoints, trial.parent, fold, repeat),
            save_to=_checkpoint(
                checkpoints, trial.number if budget < spec.epochs else None, fold, repeat
            ),
            seconds=None if trial_seconds is None else trial_seconds / fits,
            keeping=_keeping(keep, under_way(checkpoints, trial.number, fold, repeat)),
        )
        for repeat in problem.evaluate.repeats_of(trial)
        for fold in range(folds)
    ]


def _checkpoint(folder: Path, number: int | None, fold: int, repeat: int) -> str | None:
    return None if number is None else str(folder / f"{number}-{repeat}-{fold}.npz")


def _keeping(keep: CheckpointChoice, path: Path) -> Keeping | None:
    epochs, minutes = keep.every_epochs, keep.every_minutes
    if epochs is None and minutes is None:
        return None
    return Keeping(str(path), epochs, None if minutes is None else 60 * minutes)


def result_of(
    trial: Trial, outcomes: Sequence[Outcome], objective: Objective, *further: Objective
) -> Result:
    """The outcomes of all fits of a trial, put together.

    The score is the mean of the objective over the parts. One failed part fails the trial, with
    the reason of the first; so does an objective that nobody measured or that is not finite, be it
    a further one.
    """
    metrics = _mean_metrics([outcome.metrics for outcome in outcomes])
    error = told_safely(_failure(outcomes, metrics, (objective, *further)))
    defined = next((outcome.defined for outcome in outcomes if outcome.defined), None)
    return Result(
        trial=trial if defined is None else replace(trial, config=defined.params),
        score=None if error else metrics[objective.metric],
        metrics=metrics,
        history=_mean_history([outcome.history for outcome in outcomes]),
        seconds=sum(outcome.seconds for outcome in outcomes),
        parts=tuple(_part(outcome) for outcome in outcomes),
        error=error,
        trainer=next((outcome.trainer for outcome in outcomes if outcome.trainer), None),
        notes={
            word: said for outcome in reversed(outcomes) for word, said in outcome.notes.items()
        },
        defined=defined,
        pruned=_pruned_within(defined, error),
        cost=_sum_of_costs([outcome.cost for outcome in outcomes]),
        epoch_ms=_last_times([outcome.epoch_ms for outcome in outcomes]),
    )


def gone_on(before: Outcome, after: Outcome) -> Outcome:
    """What came of a fit that went on from where `before` had ended: times and costs of both."""
    return replace(
        after,
        history=after.history or before.history,
        seconds=before.seconds + after.seconds,
        counted_seconds=before.counted_seconds + after.counted_seconds,
        trainer=after.trainer or before.trainer,
        notes={**before.notes, **after.notes},
        cost=_sum_of_costs([before.cost, after.cost]),
        epoch_ms={**before.epoch_ms, **after.epoch_ms},
    )


def _pruned_within(defined: Defined | None, error: Failure | None) -> Pruned | None:
    """Where a function that asks a pruner itself gave up; by how much it fell short nobody says."""
    if defined is None or error is None or error.reason != "pruned" or not defined.reported:
        return None
    return Pruned(*defined.reported[-1])


def failed(trial: Trial, failure: Failure) -> Result:
    """The result of a trial of which nothing could be measured."""
    error = told_safely(failure)
    return Result(trial, score=None, metrics={}, history={}, seconds=0.0, error=error)


def _failure(
    outcomes: Sequence[Outcome], metrics: Mapping[str, float], objectives: Sequence[Objective]
) -> Failure | None:
    for outcome in outcomes:
        if outcome.error is not None:
            return outcome.error
    for objective in objectives:
        if objective.metric not in metrics:
            measured = ", ".join(sorted(metrics)) or "nothing"
            missing = f"nothing measured {objective.metric}{_where(outcomes, objective)}"
            return Failure("bad_configuration", f"{missing}; measured: {measured}")
        if not math.isfinite(metrics[objective.metric]):
            after = f" after {metrics['epochs']:g} epochs" if "epochs" in metrics else ""
            return Failure("diverged", f"{objective.metric} is {metrics[objective.metric]}{after}")
    return None


def _where(outcomes: Sequence[Outcome], objective: Objective) -> str:
    """Which fit the objective is missing from, if not from all, and what it needs."""
    lacking = [one.fit for one in outcomes if objective.metric not in one.metrics]
    first = lacking[0]
    place = f" on fold {first.fold} of repeat {first.repeat}"
    known = METRICS.get(objective.measure)
    needs = f", which needs {known.needs} among the rows" if known and known.needs else ""
    return (place if len(lacking) < len(outcomes) else "") + needs


def _mean_metrics(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    shared = [name for name in parts[0] if all(name in part for part in parts)]
    return {name: fmean(part[name] for part in parts) for name in shared}


def _mean_history(parts: Sequence[History]) -> dict[str, tuple[float, ...]]:
    shared = [name for name in parts[0] if all(name in part for part in parts)]
    # zip stops with the shortest part: a mean over fewer parts would not compare with the rest.
    return {
        name: tuple(fmean(values) for values in zip(*(part[name] for part in parts), strict=False))
        for name in shared
    }


def _sum_of_costs(costs: Sequence[Cost | None]) -> Cost | None:
    """Of those that are known: the sums, the largest peak, the first device."""
    known = [cost for cost in costs if cost is not None]
    if not known:
        return None
    return Cost(
        core_seconds=sum(cost.core_seconds for cost in known),
        gpu_seconds=sum(cost.gpu_seconds for cost in known),
        peak_mb=max(cost.peak_mb for cost in known),
        device=known[0].device,
        examples=sum(cost.examples for cost in known),
        spans=_joined([span for cost in known for span in cost.spans]),
    )


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """In order of time; what a worker trained in one go, or together, is one span."""
    joined: dict[str, list[Span]] = {}
    for span in sorted(spans, key=lambda span: span[1:]):
        of_worker = joined.setdefault(span.worker, [])
        if of_worker and span.began_ms - of_worker[-1].ended_ms <= AT_ONCE_MS:
            before = of_worker.pop()
            span = before._replace(ended_ms=max(before.ended_ms, span.ended_ms))
        of_worker.append(span)
    every = (span for of_worker in joined.values() for span in of_worker)
    return tuple(sorted(every, key=lambda span: span[1:]))


def _last_times(parts: Sequence[Mapping[int, int]]) -> dict[int, int]:
    """By epoch, when the last part had it behind it; epochs that all parts know of."""
    shared = [epoch for epoch in parts[0] if all(epoch in part for part in parts)]
    return {epoch: max(part[epoch] for part in parts) for epoch in shared}


def _part(outcome: Outcome) -> Part:
    return Part(
        fold=outcome.fit.fold,
        repeat=outcome.fit.repeat,
        metrics=outcome.metrics,
        history=outcome.history,
        seconds=outcome.seconds,
        confusion=outcome.confusion,
        error=told_safely(outcome.error),
        counted_seconds=outcome.counted_seconds,
        pack=outcome.pack,
    )
