"""Every rule for MLflow, broken on purpose: found, named, and mended."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sweeps.cli.app import app
from sweeps.doctor.repair import Repaired, repair
from sweeps.lease import LeaseError
from sweeps.ledger import Ledger
from tests.sweeps.doctor.patients import FAILED, Patient
from tracking.tracker import TrackingError

Damage = Callable[[Patient, int], None]
DOUBLE = "{:032d}"
VALUES = ("metrics", "latest_metrics")
"""Where MLflow keeps all values of a metric, and where the last one."""


def repaired(patient: Patient) -> Repaired:
    return repair(patient.store, patient.sweep_id, tracking_uri=patient.uri)


def of_run(*statements: str) -> Damage:
    """Changes to a trial's run, whose id each statement takes last."""

    def change(patient: Patient, number: int) -> None:
        run_id = patient.run_of(number)
        for statement in statements:
            patient.in_mlflow(f"{statement} run_uuid = ?", run_id)

    return change


def of_parent(*statements: str) -> Damage:
    """Changes to the sweep's own run."""

    def change(patient: Patient, _: int) -> None:
        run_id = patient.parent()
        for statement in statements:
            patient.in_mlflow(f"{statement} run_uuid = ?", run_id)

    return change


def tag(name: str, text: str) -> Damage:
    return of_run(f"UPDATE tags SET value = '{text}' WHERE key = '{name}' AND")


def metric(name: str, value: float) -> Damage:
    return of_run(
        *(f"UPDATE {table} SET value = {value} WHERE key = '{name}' AND" for table in VALUES)
    )


def without_metric(name: str) -> Damage:
    return of_run(*(f"DELETE FROM {table} WHERE key = '{name}' AND" for table in VALUES))


def double(patient: Patient, number: int) -> None:
    patient.double(patient.run_of(number), DOUBLE.format(number))


def unfinished_double(patient: Patient, number: int) -> None:
    double(patient, number)
    values = "status = 'RUNNING', end_time = NULL, start_time = 1"
    patient.in_mlflow(f"UPDATE runs SET {values} WHERE run_uuid = ?", DOUBLE.format(number))


def foreign(patient: Patient, number: int) -> None:
    """A run of trial 70 and some."""
    double(patient, number)
    patient.in_mlflow(
        "UPDATE tags SET value = ? WHERE key = 'sweeps.trial' AND run_uuid = ?",
        str(70 + number),
        DOUBLE.format(number),
    )


def second_parent(patient: Patient, _: int) -> None:
    patient.double(patient.parent(), "e" * 32)


LOST = of_run("UPDATE runs SET lifecycle_stage = 'deleted' WHERE")
ORPHAN = tag("mlflow.parentRunId", "0" * 32)

IN_TRIALS: list[tuple[Damage, str]] = [
    (LOST, "no run, though it was sent: trial {}"),
    (double, "more than one run: trial {}"),
    (unfinished_double, "more than one run: trial {}"),
    (foreign, "a run of a trial that the ledger does not have: trial 7{}"),
    (ORPHAN, "the run does not hang on the sweep's run: trial {}"),
    (
        of_run("UPDATE runs SET status = 'RUNNING' WHERE"),
        "status RUNNING, which must be FINISHED: trial {}",
    ),
    (
        of_run("UPDATE runs SET start_time = start_time - 1 WHERE"),
        "start or end are not those of the ledger: trial {}",
    ),
    (
        of_run("UPDATE runs SET end_time = end_time + 1 WHERE"),
        "start or end are not those of the ledger: trial {}",
    ),
    (
        tag("sweeps.config_hash", "0123"),
        "sweeps.config_hash is not that of the ledger's configuration: trial {}",
    ),
    (
        of_run("UPDATE params SET value = '7' WHERE key = 'width' AND"),
        "parameters are not the ledger's (width): trial {}",
    ),
    (
        of_run("DELETE FROM params WHERE key = 'width' AND"),
        "parameters are not the ledger's (width): trial {}",
    ),
    (
        of_run("UPDATE params SET key = 'with' WHERE key = 'width' AND"),
        "parameters are not the ledger's (width, with): trial {}",
    ),
    (
        tag("sweeps.state", "failed"),
        "tags are not what the ledger says (sweeps.state): trial {}",
    ),
    (metric("val_accuracy", 0.5), "val_accuracy is not the ledger's: trial {}"),
    (metric("seconds", 7.0), "metrics are not the ledger's (seconds): trial {}"),
    (without_metric("val_accuracy"), "FINISHED without metrics (val_accuracy): trial {}"),
    (without_metric("epoch/loss"), "FINISHED without metrics (epoch/loss): trial {}"),
    (
        of_run("DELETE FROM latest_metrics WHERE step = 2 AND"),
        "FINISHED without metrics (epoch/loss): trial {}",
    ),
]
OF_THE_FAILED: list[tuple[Damage, str]] = [
    (
        of_run("UPDATE runs SET status = 'FINISHED' WHERE"),
        "status FINISHED, which must be FAILED: trial 2",
    ),
    (
        tag("sweeps.failure", "crashed"),
        "tags are not what the ledger says (sweeps.failure): trial 2",
    ),
]
IN_PARENT: list[tuple[Damage, str]] = [
    (
        of_parent("UPDATE tags SET value = 'running' WHERE key = 'sweeps.state' AND"),
        "sweeps.state of the sweep's run is 'running', which must be 'finished'",
    ),
    (
        of_parent("UPDATE runs SET status = 'RUNNING' WHERE"),
        "the sweep's run has status RUNNING, which must be FINISHED",
    ),
    (second_parent, "2 runs of the sweep itself"),
    (
        of_parent(*(f"DELETE FROM {table} WHERE key = 'trials_done' AND" for table in VALUES)),
        "trials_done of the sweep's run is missing, which must be 9",
    ),
]


@pytest.mark.parametrize(("damage", "said"), [*IN_TRIALS, *OF_THE_FAILED, *IN_PARENT])
def test_damage_is_found(patient: Patient, damage: Damage, said: str) -> None:
    number = FAILED if (damage, said) in OF_THE_FAILED else 3
    damage(patient, number)
    assert patient.lines() == [f"MLflow: {said.format(number)}"]


@pytest.mark.parametrize("some", [IN_TRIALS[::2], IN_TRIALS[1::2], IN_PARENT])
def test_damage_is_mended(patient: Patient, some: list[tuple[Damage, str]]) -> None:
    numbers = [number for number in range(10) if number != FAILED]
    for number, (damage, _) in zip(numbers, some, strict=False):
        damage(patient, number)
    OF_THE_FAILED[len(some) % 2][0](patient, FAILED)
    done = repaired(patient)
    assert done.diagnosis.violations == ()
    assert done.diagnosis.well
    assert done.diagnosis == patient.seen()
    assert (done.diagnosis.runs, done.diagnosis.unsent, done.anew) == (11, 0, False)


def test_of_two_runs_the_right_one_stays(patient: Patient) -> None:
    right = patient.run_of(3)
    unfinished_double(patient, 3)
    done = repaired(patient)
    assert (done.removed, done.resent) == (1, 0)
    assert patient.in_mlflow("SELECT status FROM runs WHERE run_uuid = ?", right) == [("FINISHED",)]
    gone = patient.in_mlflow(
        "SELECT lifecycle_stage FROM runs WHERE run_uuid = ?", DOUBLE.format(3)
    )
    assert gone == [("deleted",)]


def test_of_two_parents_the_one_with_trials_stays(patient: Patient) -> None:
    parent = patient.parent()
    second_parent(patient, 0)
    patient.in_mlflow("UPDATE runs SET start_time = 1 WHERE run_uuid = ?", "e" * 32)
    assert repaired(patient).removed == 1
    kept = patient.in_mlflow("SELECT lifecycle_stage FROM runs WHERE run_uuid = ?", parent)
    assert kept == [("active",)]


def test_figures_that_cannot_be_written_over_make_the_sweep_anew(patient: Patient) -> None:
    for table in VALUES:
        change = f"UPDATE {table} SET value = 99 WHERE key IN ('best_trial', 'best_val_accuracy')"
        patient.in_mlflow(f"{change} AND run_uuid = ?", patient.parent())
    assert [line.split(", which")[0] for line in patient.lines()] == [
        "MLflow: best_val_accuracy of the sweep's run is 99",
        "MLflow: best_trial of the sweep's run is 99",
    ]
    done = repaired(patient)
    assert done.anew
    assert (done.removed, done.resent, done.diagnosis.runs) == (11, 10, 11)
    assert done.diagnosis.well


@pytest.mark.parametrize(
    "change",
    ["UPDATE runs SET lifecycle_stage = 'deleted' WHERE", "UPDATE runs SET start_time = 1 WHERE"],
)
def test_a_parent_that_is_gone_or_began_at_another_time(patient: Patient, change: str) -> None:
    of_parent(change)(patient, 0)
    assert not patient.seen().well
    done = repaired(patient)
    assert (done.diagnosis.well, done.anew) == (True, False)


def test_a_store_that_was_lost_is_made_again(patient: Patient, empty: Path) -> None:
    shutil.copy(empty, patient.folder / "new.db")
    uri = f"sqlite:///{patient.folder / 'new.db'}"
    done = repair(patient.store, patient.sweep_id, tracking_uri=uri)
    assert (done.removed, done.resent, done.diagnosis.runs) == (0, 10, 11)
    assert done.diagnosis.well


def without_result(patient: Patient, state: str, ended: str) -> None:
    """Trial 9 has none, and MLflow a run of it; how the sweep ended waits to be sent."""
    values = f"state = '{state}', ended_ms = {ended}, result = NULL, score = NULL, shipped = 0"
    patient.in_ledger(f"UPDATE trial SET {values} WHERE number = 9")
    values = "end_shipped = 0, ended_ms = ended_ms + 1, state = 'interrupted'"
    patient.in_ledger(f"UPDATE sweep SET {values}")


def test_a_run_of_a_trial_that_never_ended(patient: Patient) -> None:
    without_result(patient, "running", "NULL")
    assert patient.lines() == ["MLflow: a run, though the trial is running in the ledger: trial 9"]
    done = repaired(patient)
    assert (done.removed, done.diagnosis.runs, done.diagnosis.well) == (1, 10, True)


def test_a_run_of_a_trial_that_was_cancelled(patient: Patient) -> None:
    without_result(patient, "cancelled", "started_ms")
    patient.in_ledger("UPDATE sweep SET state = 'stopped'")
    said = "MLflow: a run, though the trial is cancelled in the ledger: trial 9"
    assert patient.lines() == [said]
    assert repaired(patient).diagnosis.well


def test_a_trial_that_is_tried_again_may_have_a_run_from_before(patient: Patient) -> None:
    without_result(patient, "running", "NULL")
    patient.in_ledger("UPDATE trial SET attempt = 2 WHERE number = 9")
    assert patient.lines() == []


def test_nothing_is_done_to_a_healthy_sweep(patient: Patient) -> None:
    ((epoch,),) = patient.in_ledger("SELECT lease_epoch FROM sweep")
    done = repaired(patient)
    assert (done.removed, done.resent, done.diagnosis.well) == (0, 0, True)
    assert patient.in_ledger("SELECT lease_epoch FROM sweep") == [(epoch,)]


def test_a_wrong_ledger_is_said_and_left_alone(patient: Patient) -> None:
    metric("val_accuracy", 0.5)(patient, 3)
    patient.in_ledger("UPDATE trial SET score = 0.5 WHERE number = 3")
    before = patient.lines()
    done = repaired(patient)
    assert (done.removed, done.resent) == (0, 0)
    assert patient.lines() == before


def test_a_configuration_changed_in_the_ledger_does_not_reach_mlflow(patient: Patient) -> None:
    patient.in_ledger("UPDATE trial SET config = replace(config, '\"width\": ', '\"width\": 1')")
    patient.in_ledger(
        "UPDATE trial SET config = replace(config, '\"width\": 1', '\"width\": ') WHERE number <> 3"
    )
    ((config,),) = patient.in_ledger("SELECT config FROM trial WHERE number = 3")
    (line,) = patient.lines()
    assert line == "MLflow: given another configuration than the ledger has now (width): trial 3", (
        config
    )
    assert repaired(patient).resent == 0


def test_a_sweep_that_runs_is_left_alone(patient: Patient) -> None:
    double(patient, 3)
    with closing(Ledger.open(patient.store.ledger_url)) as ledger:
        claim = ledger.claim(patient.sweep_id)
        with pytest.raises(LeaseError, match=f"being run by process {os.getpid()}"):
            repaired(patient)
        ledger.release(claim)
    assert repaired(patient).diagnosis.well


def test_a_store_that_is_away_cannot_be_mended(patient: Patient) -> None:
    with pytest.raises(TrackingError, match="cannot be reached"):
        repair(patient.store, patient.sweep_id, tracking_uri="http://127.0.0.1:9")


def test_the_command_from_end_to_end(patient: Patient) -> None:
    double(patient, 3)
    arguments = ["doctor", "latest", "--store", str(patient.store.folder)]
    arguments += ["--tracking-uri", patient.uri]
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, done.stderr) == (1, "MLflow: more than one run: trial 3\n")
    done = CliRunner().invoke(app, [*arguments, "--repair"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("mended: 1 run deleted\n")
    assert CliRunner().invoke(app, arguments).exit_code == 0
