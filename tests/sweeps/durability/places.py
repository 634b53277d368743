"""Where a sweep is broken off: a folder with a store and an MLflow database of its own."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sweeps import coordinator
from sweeps.doctor.diagnosis import Diagnosis, diagnose
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import SweepRow
from sweeps.store import Store
from sweeps.trial import Result
from tests.sweeps.driver import SAID
from tracking.mlflow_tracker import MlflowTracker

EMPTY = "empty.db"
"""An MLflow database to begin with, in the folder above: to make one takes seconds."""


@dataclass(frozen=True)
class Place:
    """One sweep's folder, with the sweep's file in it."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, document: str) -> Place:
        folder.mkdir(exist_ok=True)
        (folder / "sweep.yaml").write_text(document)
        shutil.copy(folder.parent / EMPTY, folder / "mlflow.db")
        return cls(folder)

    @property
    def uri(self) -> str:
        return f"sqlite:///{self.folder / 'mlflow.db'}"

    @property
    def store(self) -> Store:
        return Store.at(self.folder / "store")

    @property
    def said(self) -> str:
        """All that sessions have written here so far."""
        file = self.folder / SAID
        return file.read_text() if file.exists() else ""

    @property
    def row(self) -> SweepRow | None:
        """The one sweep here; None as long as there is none."""
        if not (self.folder / "store" / "ledger.db").exists():
            return None
        with closing(Ledger.open(self.store.ledger_url)) as ledger:
            rows = ledger.sweeps()
        assert len(rows) < 2
        return rows[0] if rows else None

    @property
    def sweep_id(self) -> str | None:
        return None if self.row is None else self.row.sweep_id

    def results(self) -> list[Result]:
        with closing(Ledger.open(self.store.ledger_url)) as ledger:
            (row,) = ledger.sweeps()
            return ledger.results(row.sweep_id)

    def diagnosis(self) -> Diagnosis:
        sweep_id = self.sweep_id
        assert sweep_id is not None
        return diagnose(self.store, sweep_id, tracking_uri=self.uri)

    def ledger_rows(self) -> list[str]:
        """Everything in the ledger, value for value."""
        return dump(self.folder / "store" / "ledger.db")

    def mlflow_rows(self) -> list[str]:
        """Everything in MLflow's database, value for value."""
        return dump(self.folder / "mlflow.db")


def dump(database: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


def essence(result: Result) -> tuple[Any, ...]:
    """Everything of a result that must be the same every time: all but the seconds."""
    metrics = [(part.fold, part.repeat, part.metrics, part.history) for part in result.parts]
    return (result.trial, result.score, result.metrics, result.history, metrics, result.error)


def check_whole(broken: Place, unbroken: Place) -> None:
    """The sweep is over, breaks no rule, and is what it would have been: trial by trial."""
    found, expected = broken.results(), unbroken.results()
    assert [result.trial for result in found] == [result.trial for result in expected]
    assert [essence(result) for result in found] == [essence(result) for result in expected]
    check_healthy(broken, len(expected))


def check_healthy(broken: Place, trials: int) -> None:
    """The sweep is over and breaks no rule: one run a trial, and one for the sweep.

    What a busy machine's MLflow did not take in time is delivered first.
    """
    sweep_id = broken.sweep_id
    assert sweep_id is not None
    tracker = partial(MlflowTracker, broken.uri)
    assert coordinator.sync(sweep_id, store=broken.store, tracker=tracker) == 0
    diagnosis = broken.diagnosis()
    assert not diagnosis.violations, [one.line for one in diagnosis.violations]
    assert diagnosis.unreachable is None
    assert (diagnosis.state, diagnosis.trials) == ("finished", trials)
    assert (diagnosis.runs, diagnosis.unsent, diagnosis.end_sent) == (trials + 1, 0, True)
