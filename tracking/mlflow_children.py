"""The runs of a begun sweep's trials in an MLflow store: made once, shown early, completed last."""

from __future__ import annotations

from dataclasses import replace

from tracking.doubles import sort_out
from tracking.known_runs import KnownChild, KnownSweep, by_number
from tracking.mlflow_store import MlflowStore, fits_creation
from tracking.records import LiveRecord, RunFacts, TrialRecord
from tracking.tracker import StandDownError
from tracking.wording import (
    ATTEMPT_TAG,
    STATE_TAG,
    SWEEP_TAG,
    TRIAL_TAG,
    UNFINISHED,
    child_name,
    child_tags,
)


def complete(store: MlflowStore, sweep: KnownSweep, trial: TrialRecord) -> None:
    """Write a finished trial's run, or finish the one that was shown; its status comes last."""
    child = _written(store, sweep, trial)
    if child is not None:
        store.set_ended(child.run_id, trial.status, trial.ended_ms)
        sweep.children[trial.number] = replace(child, complete=True, has=set())


def show(store: MlflowStore, sweep: KnownSweep, trial: LiveRecord) -> None:
    """Write what is known of a trial that is being trained."""
    _written(store, sweep, trial)


def end_unfinished(store: MlflowStore, sweep: KnownSweep, ended_ms: int) -> None:
    """Mark the runs that were shown, and never completed, as killed."""
    for number in sorted(sweep.doubt):
        _look_up(store, sweep, number)
    for child in sweep.children.values():
        if not child.complete:
            store.write(child.run_id, {}, {STATE_TAG: UNFINISHED}, ())
            store.set_ended(child.run_id, "KILLED", ended_ms)


def _written(
    store: MlflowStore, sweep: KnownSweep, trial: TrialRecord | LiveRecord
) -> KnownChild | None:
    """The trial's run, with all that the record says; None where nothing of it is wanted."""
    if trial.number in sweep.doubt:
        _look_up(store, sweep, trial.number)
        if sweep.shows(trial):
            return None
    child, tags = sweep.children.get(trial.number), trial.tags
    if child is not None and child.attempt < trial.attempt:
        child = _taken_up(store, child, trial)
    if child is None:
        child = _created(store, sweep, trial)
        tags = {name: text for name, text in tags.items() if not fits_creation(text)}
    params, metrics = trial.params, child.lacks(trial.metrics)
    if isinstance(trial, LiveRecord) and child.described:
        params, tags = {}, {}
    store.write(child.run_id, params, tags, metrics)
    if isinstance(trial, LiveRecord):
        child.got(metrics)
    unfinished = isinstance(trial, LiveRecord)
    child = replace(child, unfinished=unfinished, described=True)
    sweep.children[trial.number] = child
    return child


def _taken_up(
    store: MlflowStore, child: KnownChild, trial: TrialRecord | LiveRecord
) -> KnownChild | None:
    """The run of an attempt that was broken off, for this one, which comes to the same epochs.

    A result of an earlier attempt does not belong to this one: its run is deleted. So is one that
    began at another time, since that cannot be changed.
    """
    store.may_write()
    if not child.unfinished or child.started_ms != trial.started_ms:
        store.delete_run(child.run_id)
        return None
    store.set_running(child.run_id)
    store.write(child.run_id, {}, {ATTEMPT_TAG: str(trial.attempt)}, ())
    has = set(store.history(child.run_id))
    return KnownChild(
        child.run_id, trial.attempt, child.started_ms, complete=False, unfinished=True, has=has
    )


def _look_up(store: MlflowStore, sweep: KnownSweep, number: int) -> None:
    """Learn what the store has of a trial, and delete all but one of its runs."""
    found = sort_out(_runs_of(store, sweep, number))
    for run in found.surplus:
        store.delete_run(run.run_id)
    sweep.children.pop(number, None)
    sweep.children.update(by_number(found))
    sweep.doubt.discard(number)


def _created(store: MlflowStore, sweep: KnownSweep, trial: TrialRecord | LiveRecord) -> KnownChild:
    name = child_name(sweep.record, trial.number)
    tags = child_tags(sweep.parent_id, trial)
    run_id = store.create_run(sweep.experiment_id, name, trial.started_ms, tags)
    try:
        store.may_write()
    except StandDownError:
        _withdraw(store, sweep, trial.number, run_id)
        raise
    return KnownChild(run_id, trial.attempt, trial.started_ms, complete=False, unfinished=True)


def _withdraw(store: MlflowStore, sweep: KnownSweep, number: int, run_id: str) -> None:
    """Delete a run just made if somebody else has made the trial's run meanwhile."""
    if len(_runs_of(store, sweep, number)) > 1:
        store.delete_run(run_id)


def _runs_of(store: MlflowStore, sweep: KnownSweep, number: int) -> list[RunFacts]:
    tags = {SWEEP_TAG: sweep.record.sweep_id, TRIAL_TAG: str(number)}
    return store.runs(sweep.experiment_id, tags)
