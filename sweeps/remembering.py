"""What MLflow is told: sweeps and results as tracking records, under names people can rely on.

Only what the space varies is a trial's param; constants stand once on the parent. Final metrics
have their own names, at step 0; the value of every epoch is `epoch/NAME` at that epoch, and that of
every part (a fold of a repeat) `part/NAME` at the part's position. Times are those of the ledger,
so that a record built again after a crash is equal to the first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from math import inf

from sweeps.live.trials import Epoch
from sweeps.pareto import scores_of
from sweeps.problem import Problem
from sweeps.reading.notify import without_addresses
from sweeps.surroundings import git_commit, package_versions
from sweeps.sweep import Sweep
from sweeps.tasks.no_rows import NoRows
from sweeps.tracked_params import constants, rung, varied
from sweeps.trial import Config, Result, Trial
from sweeps.trial_metrics import metrics_of
from sweeps.yaml_text import yaml_text
from tracking.records import (
    Artifact,
    DatasetRecord,
    LiveRecord,
    Metric,
    SweepEnd,
    SweepRecord,
    SweepStatus,
    TrialRecord,
    TrialStatus,
)

STATUS: Mapping[str, SweepStatus] = {
    "finished": "FINISHED",
    "out_of_time": "FINISHED",
    "stopped": "FINISHED",
    "interrupted": "KILLED",
    "cancelled": "KILLED",
    "crashed": "KILLED",
    "failed": "FAILED",
}
"""A parent run's status by the state in which nobody runs the sweep."""


def sweep_record(
    sweep: Sweep, sweep_id: str, started_ms: int, problem: Problem, split_hash: str, plan: str
) -> SweepRecord:
    """The parent run: everything that is constant over the sweep. `plan` is JSON text."""
    return SweepRecord(
        sweep_id=sweep_id,
        name=f"{sweep.name} {sweep_id}",
        experiment=problem.task.name,
        started_ms=started_ms,
        tags=_sweep_tags(sweep, sweep_id) | {"sweeps.state": "running"} | git_commit(),
        params=constants(sweep) | {"split_hash": split_hash},
        dataset=_dataset(problem),
        objective=sweep.objective.metric,
        maximize=sweep.objective.goal == "maximize",
        artifacts=(
            Artifact("sweep.yaml", text=yaml_text(without_addresses(sweep.document))),
            Artifact("plan.json", text=plan),
            Artifact("versions.json", text=json.dumps(package_versions(), indent=2)),
        ),
    )


def trial_record(
    sweep: Sweep, sweep_id: str, result: Result, attempt: int, started_ms: int, ended_ms: int
) -> TrialRecord:
    """A child run, of the attempt that the result comes from."""
    failure = result.error
    state, status = _state_of(result)
    tags = _trial_tags(sweep, sweep_id, result.trial) | {
        "sweeps.state": state,
        "sweeps.trainer": result.trainer or sweep.trainer,
    }
    tags |= {f"sweeps.{word}": said for word, said in result.notes.items()}
    if result.cost is not None:
        tags["sweeps.device"] = result.cost.device
    if failure is not None:
        tags |= {"sweeps.failure": failure.reason, "sweeps.failure_message": failure.message}
        if failure.traceback:
            tags["sweeps.traceback"] = failure.traceback
    return TrialRecord(
        sweep_id=sweep_id,
        number=result.trial.number,
        attempt=attempt,
        status=status,
        started_ms=started_ms,
        ended_ms=ended_ms,
        params=varied(sweep, result.trial.config, result.defined is not None) | rung(result.trial),
        tags=tags,
        metrics=tuple(metrics_of(result, sweep.objective.metric, ended_ms)),
    )


def live_record(
    sweep: Sweep,
    sweep_id: str,
    trial: Trial,
    attempt: int,
    started_ms: int,
    epochs: Sequence[Epoch],
) -> LiveRecord:
    """A child run of a trial that is being trained, with these epochs.

    The record of its result has all of it again, but for the epochs of single parts: those are
    `part_POSITION/NAME`, and whoever looks on has them until the last part has come that far.
    """
    return LiveRecord(
        sweep_id=sweep_id,
        number=trial.number,
        attempt=attempt,
        started_ms=started_ms,
        # What comes about in training is known when it is over; params cannot be changed then.
        params={} if sweep.defined_as_it_runs else varied(sweep, trial.config) | rung(trial),
        tags=_trial_tags(sweep, sweep_id, trial)
        | {"sweeps.state": "running", "sweeps.trainer": sweep.trainer},
        metrics=tuple(
            Metric(f"{_group(one)}/{name}", value, one.number, one.at_ms)
            for one in epochs
            for name, value in one.values.items()
        ),
    )


def _group(epoch: Epoch) -> str:
    return "epoch" if epoch.part is None else f"part_{epoch.part}"


def _state_of(result: Result) -> tuple[str, TrialStatus]:
    """A trial's state in words of ours and of MLflow's."""
    if result.error is None:
        return "finished", "FINISHED"
    return ("pruned", "KILLED") if result.error.reason == "pruned" else ("failed", "FAILED")


def sweep_end(
    sweep: Sweep,
    sweep_id: str,
    state: str,
    ended_ms: int,
    done: int,
    failed: int,
    best: Result | None,
    artifacts: Sequence[Artifact],
    pruned: int = 0,
    confirmed: int = 0,
    unconfirmed: int = 0,
    front: Sequence[Result] = (),
) -> SweepEnd:
    """What is known of a sweep only when a session of it ends, and what state that leaves it in.

    `done` trials of the search have a score, the best of them is `best`; `failed` and `pruned` ones
    have none. Confirmations are counted apart, those with a score and those without. With several
    objectives there is no best trial, but a best value of each and the `front`.
    """
    figures: dict[str, float] = {"trials_done": done, "trials_failed": failed}
    if pruned:
        figures["trials_pruned"] = pruned
    if confirmed:
        figures["trials_confirmed"] = confirmed
    if unconfirmed:
        figures["trials_unconfirmed"] = unconfirmed
    if front:
        figures |= _front_figures(sweep, front)
    elif best is not None and best.score is not None:
        figures[f"best_{sweep.objective.metric}"] = best.score
        figures["best_trial"] = best.trial.number
    return SweepEnd(
        sweep_id=sweep_id,
        status=STATUS[state],
        ended_ms=ended_ms,
        tags={"sweeps.state": state},
        metrics=tuple(Metric(name, value, 0, ended_ms) for name, value in figures.items()),
        artifacts=tuple(artifacts),
    )


def _front_figures(sweep: Sweep, front: Sequence[Result]) -> dict[str, float]:
    """The best of all by one objective is on the front."""
    columns = zip(*(scores_of(sweep, one) for one in front), strict=True)
    bests = {
        f"best_{objective.metric}": objective.minimised(min(column))
        for objective, column in zip(sweep.objectives, columns, strict=True)
    }
    return bests | {"pareto_size": len(front)}


def best_of(sweep: Sweep, results: Sequence[Result]) -> Result | None:
    """The result with the best score; None when none has a score.

    Of equals the one trained longest (a budget of None is all the epochs there are), then the
    earliest.
    """
    scored = [
        (sweep.objective.minimised(result.score), -_budget(result), result.trial.number, result)
        for result in results
        if result.score is not None and result.trial.confirms is None
    ]
    return min(scored, key=lambda entry: entry[:3])[3] if scored else None


def _budget(result: Result) -> float:
    return inf if result.trial.budget is None else result.trial.budget


def config_hash(config: Config) -> str:
    """16 hex digits that two equal configurations share."""
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:16]


def _trial_tags(sweep: Sweep, sweep_id: str, trial: Trial) -> dict[str, str]:
    tags = _sweep_tags(sweep, sweep_id) | {
        "sweeps.trial": str(trial.number),
        "sweeps.config_hash": config_hash(trial.config),
    }
    if trial.confirms is not None:
        tags["sweeps.confirms"] = str(trial.confirms)
    return tags if trial.parent is None else tags | {"sweeps.parent_trial": str(trial.parent)}


def _sweep_tags(sweep: Sweep, sweep_id: str) -> dict[str, str]:
    return {
        "sweeps.sweep": sweep_id,
        "sweeps.name": sweep.name,
        "sweeps.backend": sweep.search.backend,
        "sweeps.objective": ", ".join(one.metric for one in sweep.objectives),
    }


def _dataset(problem: Problem) -> DatasetRecord | None:
    if isinstance(problem.task, NoRows):
        return None
    rows = problem.task.rows(0)
    return DatasetRecord(
        name=problem.task.name,
        digest=problem.task.digest(),
        rows=len(rows.y_train) + len(rows.y_test),
        features=len(problem.task.features),
        source=type(problem.task).__module__,
    )
