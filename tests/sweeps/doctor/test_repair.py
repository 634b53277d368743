"""What is kept, removed or made anew to mend MLflow, and what is left alone."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sweeps.cli.app import app
from sweeps.doctor.repair import repair
from sweeps.lease import LeaseError
from sweeps.ledger.ledger import Ledger
from tests.sweeps.doctor.damages import (
    DOUBLE,
    VALUES,
    double,
    metric,
    of_parent,
    second_parent,
    unfinished_double,
)
from tests.sweeps.doctor.patients import Patient, repaired
from tracking.tracker import TrackingError


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
