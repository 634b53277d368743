"""Trials that MLflow shows while they are trained, in sweeps that are broken off meanwhile."""

from __future__ import annotations

import signal
from contextlib import closing

import pytest

from tests.sweeps.durability.conftest import NewPlace
from tests.sweeps.durability.places import Place, check_healthy
from tests.sweeps.durability.sessions import run_to, started, until
from tracking.mlflow_tracker import MlflowTracker
from tracking.records import RunFacts

DOCUMENT = """
task: penguins
space: {width: {low: 4, high: 64}, epochs: 40}
search: {backend: random, trials: 3}
"""
FIT = 20.0
"""Seconds of a trial that is broken off on the way."""


def runs(place: Place) -> dict[int | None, RunFacts]:
    with closing(MlflowTracker(place.uri)) as tracker:
        found = tracker.audit(place.sweep_id or "")
    assert len({run.trial for run in found}) == len(found), "no trial has two"
    return {run.trial: run for run in found}


def steps(place: Place, run: RunFacts) -> list[int]:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=place.uri)
    return [one.step for one in client.get_metric_history(run.run_id, "epoch/loss")]


def is_shown(place: Place) -> bool:
    if place.sweep_id is None:
        return False
    first = runs(place).get(0)
    return first is not None and "epoch/loss" in first.metrics and len(steps(place, first)) >= 3


def broken_off(place: Place, number: int) -> RunFacts:
    """The run of trial 0, in a sweep that got this signal while it was trained."""
    with started(place, "run", "sweep.yaml", made_up=FIT, watched=True) as running:
        until(lambda: is_shown(place), "three epochs in MLflow")
        assert runs(place)[0].status == "RUNNING"
        running.send(number)
        if number != signal.SIGKILL:
            running.hears("said")
            running.send(number)  # the second one does not wait for the trial
        running.ended()
    return runs(place)[0]


def check_goes_on(place: Place, before: RunFacts) -> None:
    run_to(0, place, "resume", place.sweep_id or "", made_up=0.0)
    check_healthy(place, 3)
    after = runs(place)[0]
    assert (after.run_id, after.status) == (before.run_id, "FINISHED")
    assert steps(place, after) == list(range(1, 41)), "every epoch once"


@pytest.mark.slow
@pytest.mark.parametrize("synced", [False, True])
def test_a_killed_coordinators_trial_goes_on_in_its_run(
    synced: bool, server: None, new_place: NewPlace
) -> None:
    place = new_place(DOCUMENT)
    before = broken_off(place, signal.SIGKILL)
    assert before.status == "RUNNING"
    assert place.diagnosis().well, "nobody has told MLflow yet"
    if synced:
        run_to(0, place, "sync", place.sweep_id or "", made_up=0.0)
        assert {run.status for run in runs(place).values()} == {"KILLED"}
        assert runs(place)[0].tags["sweeps.state"] == "unfinished"
        assert place.diagnosis().well
    check_goes_on(place, before)


@pytest.mark.slow
def test_what_is_interrupted_is_killed_in_mlflow_and_goes_on_in_its_run(
    server: None, new_place: NewPlace
) -> None:
    place = new_place(DOCUMENT)
    before = broken_off(place, signal.SIGINT)
    assert (before.status, before.tags["sweeps.state"]) == ("KILLED", "unfinished")
    assert place.diagnosis().well
    check_goes_on(place, before)


@pytest.mark.slow
def test_a_sweep_that_is_cancelled_leaves_its_runs_killed(
    server: None, new_place: NewPlace
) -> None:
    place = new_place(DOCUMENT)
    before = broken_off(place, signal.SIGKILL)
    run_to(0, place, "cancel", place.sweep_id or "", "--store", "store", cli=True, made_up=0.0)
    assert runs(place)[0].status == "KILLED"
    assert runs(place)[0].run_id == before.run_id
    assert place.diagnosis().well
