"""What MLflow is told: sweeps and results as tracking records, under names people can rely on.

Only what the space varies is a trial's param; constants stand once on the parent. Final metrics
have their own names, at step 0; the value of every epoch is `epoch/NAME` at that epoch, and that of
every part (a fold of a repeat) `part/NAME` at the part's position. Times are those of the ledger,
so that a record built again after a crash is equal to the first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from math import inf
from statistics import stdev

from search_spaces import Derived
from sweeps.live_trials import Epoch
from sweeps.problem import Problem
from sweeps.surroundings import git_commit, package_versions
from sweeps.sweep import Sweep
from sweeps.tasks.no_rows import NoRows
from sweeps.trial import Config, Cost, Pruned, Result, Trial
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
        params=_constants(sweep) | {"split_hash": split_hash},
        dataset=_dataset(problem),
        objective=sweep.objective.metric,
        maximize=sweep.objective.goal == "maximize",
        artifacts=(
            Artifact("sweep.yaml", text=yaml_text(sweep.document)),
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
        params=_varied(sweep, result.trial.config, result.defined is not None)
        | _rung(result.trial),
        tags=tags,
        metrics=tuple(_metrics(sweep, result, ended_ms)),
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
        params={} if sweep.defined_as_it_runs else _varied(sweep, trial.config) | _rung(trial),
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
) -> SweepEnd:
    """What is known of a sweep only when a session of it ends, and what state that leaves it in.

    `done` trials have a score, the best of them is `best`; `failed` and `pruned` ones have none.
    """
    figures: dict[str, float] = {"trials_done": done, "trials_failed": failed}
    if pruned:
        figures["trials_pruned"] = pruned
    if best is not None and best.score is not None:
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


def best_of(sweep: Sweep, results: Sequence[Result]) -> Result | None:
    """The result with the best score; None when none has a score.

    Of equals the one trained longest (a budget of None is all the epochs there are), then the
    earliest.
    """
    scored = [
        (sweep.objective.minimised(result.score), -_budget(result), result.trial.number, result)
        for result in results
        if result.score is not None
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
    return tags if trial.parent is None else tags | {"sweeps.parent_trial": str(trial.parent)}


def _sweep_tags(sweep: Sweep, sweep_id: str) -> dict[str, str]:
    return {
        "sweeps.sweep": sweep_id,
        "sweeps.name": sweep.name,
        "sweeps.backend": sweep.search.backend,
        "sweeps.objective": sweep.objective.metric,
    }


def _constants(sweep: Sweep) -> dict[str, str]:
    settings = {
        "backend": sweep.search.backend,
        **{f"search.{name}": value for name, value in sweep.search.options.items()},
        **{f"evaluate.{name}": value for name, value in asdict(sweep.evaluate).items()},
        **{f"task.{name}": value for name, value in sweep.task.options.items()},
        **_subject(sweep),
        "objective": f"{sweep.objective.goal} {sweep.objective.metric}",
        "trainer": sweep.trainer,
        "seed": sweep.seed,
    }
    for param in sweep.space.params:
        if param.fixed and not isinstance(param.domain, Derived):
            settings[param.name] = param.domain.at(0)
    return {name: str(value) for name, value in settings.items()}


def _subject(sweep: Sweep) -> dict[str, object]:
    """The user's own code, where that is what is tuned."""
    subject = sweep.subject
    if subject.kind == "network":
        return {}
    options = {f"{subject.kind}.{name}": value for name, value in subject.options.items()}
    return {subject.kind: subject.path, **options}


def _varying(sweep: Sweep) -> list[str]:
    return [param.name for param in sweep.space.params if not param.fixed]


def _varied(sweep: Sweep, config: Config, defined: bool = False) -> dict[str, str]:
    """What varies; of a configuration that was defined in training it is all."""
    names = list(config) if defined else _varying(sweep)
    return {name: str(config[name]) for name in names if name in config}


def _rung(trial: Trial) -> dict[str, str]:
    """The epochs that a trial was given, where that is not what its configuration says."""
    return {} if trial.budget is None else {"budget_epochs": str(trial.budget)}


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


def _metrics(sweep: Sweep, result: Result, at_ms: int) -> Iterator[Metric]:
    for name, value in result.metrics.items():
        yield Metric(name, value, 0, at_ms)
    yield Metric("seconds", result.seconds, 0, at_ms)
    figures = _cost_figures(result.cost, result.seconds) | _pruned_figures(result.pruned)
    for name, value in figures.items():
        yield Metric(name, value, 0, at_ms)
    # Epochs before the first that was told were trained too fast, or by an earlier attempt.
    earliest = min(result.epoch_ms.values(), default=at_ms)
    for name, values in result.history.items():
        for epoch, value in enumerate(values, start=1):
            yield Metric(f"epoch/{name}", value, epoch, result.epoch_ms.get(epoch, earliest))
    if len(result.parts) < 2:
        return
    for position, part in enumerate(result.parts):
        for name, value in part.metrics.items():
            yield Metric(f"part/{name}", value, position, at_ms)
    objective = sweep.objective.metric
    scores = [part.metrics[objective] for part in result.parts if objective in part.metrics]
    if len(scores) > 1:
        yield Metric(f"{objective}_std", stdev(scores), 0, at_ms)


def _cost_figures(cost: Cost | None, seconds: float) -> dict[str, float]:
    if cost is None:
        return {}
    figures = {"core_seconds": cost.core_seconds, "peak_memory_mb": cost.peak_mb}
    if cost.gpu_seconds:
        figures["gpu_seconds"] = cost.gpu_seconds
    if cost.examples and seconds > 0:
        figures["examples_per_second"] = cost.examples / seconds
    return figures


def _pruned_figures(pruned: Pruned | None) -> dict[str, float]:
    if pruned is None:
        return {}
    figures: dict[str, float] = {"pruned_step": pruned.step, "pruned_value": pruned.value}
    return figures if pruned.margin is None else figures | {"pruned_margin": pruned.margin}
