"""Small sweeps with a ledger and a real MLflow store, to be damaged on purpose."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweeps import coordinator
from sweeps.doctor.diagnosis import Diagnosis, diagnose
from sweeps.doctor.repair import Repaired, repair
from sweeps.reading.sweep import read_sweep
from sweeps.store import Store
from tests.sweeps.bench import Bench
from tests.sweeps.fakes import FakeTrainer

SPACE = {"width": {"low": 1, "high": 500}, "learning_rate": {"low": 0.001, "high": 0.1}}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "random": {"space": SPACE, "search": {"backend": "random", "trials": 10, "batch": 4}},
    "optuna": {"space": SPACE, "search": {"backend": "optuna", "trials": 10, "batch": 4}},
    "grid": {
        "space": {"width": [16, 32, 64, 128], "layer_count": [1, 2, 3], "activation": "relu"},
        "search": {
            "backend": "grid",
            "batch": 4,
            "seed_trials": [{"width": 32, "layer_count": 2}],
        },
        "constraints": {"small": "width * layer_count <= 300"},
        "evaluate": {"repeats": 2},
    },
    "hyperband": {"space": SPACE | {"epochs": 9}, "search": {"backend": "hyperband"}},
    "confirmed": {
        "name": "penguins-confirmed",
        "space": SPACE,
        "search": {"backend": "random", "trials": 10, "batch": 4},
        "evaluate": {"folds": 2, "confirm_top": 3, "repeats": 2},
    },
    "pruned": {
        "name": "penguins-pruned",
        "space": SPACE | {"epochs": 9},
        "search": {
            "backend": "random",
            "trials": 10,
            "batch": 4,
            "pruner": {"median": {"n_startup_trials": 2}},
        },
    },
}
TRIALS = {"random": 10, "optuna": 10, "grid": 11, "hyperband": 23, "pruned": 10, "confirmed": 13}
FAILED = 2
"""The one trial that fails."""


@dataclass(frozen=True)
class Patient:
    """A finished sweep in a folder of its own, with its ledger and its MLflow store."""

    folder: Path
    sweep_id: str

    @property
    def store(self) -> Store:
        return Store.at(self.folder / "store")

    @property
    def uri(self) -> str:
        return f"sqlite:///{self.folder / 'mlflow.db'}"

    def copied_to(self, folder: Path) -> Patient:
        shutil.copytree(self.folder, folder)
        return Patient(folder, self.sweep_id)

    def seen(self) -> Diagnosis:
        return diagnose(self.store, self.sweep_id, tracking_uri=self.uri)

    def lines(self) -> list[str]:
        return [violation.line for violation in self.seen().violations]

    def in_ledger(self, statement: str, *values: Any) -> list[Any]:
        return _run(self.store.folder / "ledger.db", statement, values)

    def in_mlflow(self, statement: str, *values: Any) -> list[Any]:
        return _run(self.folder / "mlflow.db", statement, values)

    def change_result(self, number: int, change: Callable[[dict[str, Any]], None]) -> None:
        """Edit the result's text, and nothing else."""
        ((text,),) = self.in_ledger("SELECT result FROM trial WHERE number = ?", number)
        document = json.loads(text)
        change(document)
        self.in_ledger("UPDATE trial SET result = ? WHERE number = ?", json.dumps(document), number)

    def run_of(self, number: int) -> str:
        """The id of a trial's run."""
        ((run_id,),) = self.in_mlflow(
            "SELECT run_uuid FROM tags WHERE key = 'sweeps.trial' AND value = ?", str(number)
        )
        return str(run_id)

    def parent(self) -> str:
        """The id of the sweep's run."""
        ((run_id,),) = self.in_mlflow(
            "SELECT DISTINCT value FROM tags WHERE key = 'mlflow.parentRunId'"
        )
        return str(run_id)

    def double(self, run_id: str, new_id: str) -> None:
        """Copy a run with all that it has."""
        for table in ("runs", "tags", "params", "metrics", "latest_metrics"):
            names = [row[1] for row in self.in_mlflow(f"PRAGMA table_info({table})")]
            rest = ", ".join(f'"{name}"' for name in names if name != "run_uuid")
            self.in_mlflow(
                f"INSERT INTO {table} (run_uuid, {rest}) SELECT ?, {rest} FROM {table} "
                "WHERE run_uuid = ?",
                new_id,
                run_id,
            )


def _run(file: Path, statement: str, values: tuple[Any, ...]) -> list[Any]:
    with closing(sqlite3.connect(file)) as connection, connection:
        return connection.execute(statement, values).fetchall()


def admitted(backend: str, folder: Path, bench: Bench) -> Patient:
    """Run a sweep of one failed trial and the rest done, or pruned; `bench` has the trainer."""
    bench.train_with(FakeTrainer(failing=frozenset({FAILED})))
    store, uri = Store.at(folder / "store"), f"sqlite:///{folder / 'mlflow.db'}"
    sweep = read_sweep({"task": "penguins", **DOCUMENTS[backend]})
    summary = coordinator.run(sweep, store=store, tracking_uri=uri)
    assert (summary.ending, summary.unsent) == ("finished", 0)
    return Patient(folder, summary.sweep_id)


def repaired(patient: Patient) -> Repaired:
    return repair(patient.store, patient.sweep_id, tracking_uri=patient.uri)
