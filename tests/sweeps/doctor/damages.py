"""Every rule for MLflow, broken on purpose, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable

from tests.sweeps.doctor.patients import Patient

Damage = Callable[[Patient, int], None]
DOUBLE = "{:032d}"
VALUES = ("metrics", "latest_metrics")
"""Where MLflow keeps all values of a metric, and where the last one."""


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
