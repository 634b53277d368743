"""What `sweeps doctor SWEEP` says; what it finds is tested beside the rules."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeps.doctor import diagnosis, repair
from sweeps.doctor.diagnosis import Diagnosis
from sweeps.doctor.repair import Repaired
from sweeps.doctor.violation import Mend, Violation
from sweeps.lease import LeaseError
from sweeps.ledger.ledger import Ledger
from sweeps.reading.sweep import read_sweep
from sweeps.store import Store
from tests.sweeps.bench import DOCUMENT
from tests.sweeps.cli.conftest import Command

LOST = Violation("runs", "no run, though it was sent", (3,), Mend(resend=(3,)), "MLflow")
GAPS = Violation("numbers", "missing in the ledger, though later ones are there", (4, 5))


@pytest.fixture
def sweep_id(here: Path) -> str:
    """Of a sweep in the store, of which nothing but the id is looked at here."""
    ledger = Ledger.open(Store.at().ledger_url)
    claim = ledger.create(read_sweep(DOCUMENT), {})
    ledger.release(claim)
    ledger.close()
    return claim.sweep_id


@pytest.fixture
def well(sweep_id: str) -> Diagnosis:
    return Diagnosis(sweep_id, "small", "finished", 10, 11, 0, True, None, ())


def finds(monkeypatch: pytest.MonkeyPatch, found: Diagnosis) -> None:
    def diagnose(store: Store, sweep_id: str, *, tracking_uri: str | None = None) -> Diagnosis:
        assert sweep_id == found.sweep_id
        return found

    monkeypatch.setattr(diagnosis, "diagnose", diagnose)


def test_a_sweep_that_is_whole(
    sweeps: Command, well: Diagnosis, monkeypatch: pytest.MonkeyPatch
) -> None:
    finds(monkeypatch, well)
    for typed in ("latest", well.sweep_id, well.sweep_id[:3]):
        done = sweeps("doctor", typed)
        assert (done.exit_code, done.stderr) == (0, "")
        said = f"small {well.sweep_id}: finished, 10 trials, 11 runs in MLflow\nall is well\n"
        assert done.stdout == said


def test_what_is_wrong_is_a_line_each(
    sweeps: Command, well: Diagnosis, monkeypatch: pytest.MonkeyPatch
) -> None:
    finds(monkeypatch, replace(well, violations=(LOST, GAPS)))
    done = sweeps("doctor", "latest", "--tracking-uri", "sqlite:///x.db")
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        "MLflow: no run, though it was sent: trial 3",
        "ledger: missing in the ledger, though later ones are there: trials 4, 5",
    ]
    again = f"sweeps doctor {well.sweep_id} --repair --tracking-uri sqlite:///x.db"
    assert done.stdout.splitlines()[1:] == [
        f"to mend what can be mended in MLflow: {again}",
        f"what is wrong in the ledger is not mended: restore a copy of {Store.at().folder}, or run "
        "the sweep's file again",
    ]


def test_an_mlflow_without_any_of_its_runs_may_be_another_one(
    sweeps: Command, well: Diagnosis, monkeypatch: pytest.MonkeyPatch
) -> None:
    finds(monkeypatch, replace(well, runs=0, violations=(LOST,)))
    done = sweeps("doctor", "latest", "--tracking-uri", "http://ann:secret@team:5000")
    assert done.stdout.splitlines()[1] == (
        "http://team:5000 has no run of this sweep at all: if its trials were logged elsewhere, "
        "say where with --tracking-uri"
    )


def test_what_is_wrong_as_json(
    sweeps: Command, well: Diagnosis, monkeypatch: pytest.MonkeyPatch
) -> None:
    finds(monkeypatch, replace(well, violations=(LOST, GAPS)))
    done = sweeps("doctor", "latest", "--json")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 2
    found = json.loads(done.stdout)
    violations: list[dict[str, Any]] = found.pop("violations")
    assert found == {
        "sweep_id": well.sweep_id,
        "name": "small",
        "state": "finished",
        "trials": 10,
        "runs": 11,
        "unsent": 0,
        "end_sent": True,
        "holder": None,
        "unreachable": None,
        "well": False,
    }
    assert violations == [
        {
            "rule": "runs",
            "place": "MLflow",
            "said": "no run, though it was sent",
            "trials": [3],
            "mendable": True,
        },
        {
            "rule": "numbers",
            "place": "ledger",
            "said": "missing in the ledger, though later ones are there",
            "trials": [4, 5],
            "mendable": False,
        },
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"unsent": 1}, "1 trial waits to be sent to MLflow: sweeps sync {}"),
        ({"unsent": 2}, "2 trials wait to be sent to MLflow: sweeps sync {}"),
        ({"end_sent": False}, "how it ended waits to be sent to MLflow: sweeps sync {}"),
        (
            {"holder": "process 7 on here", "unsent": 3},
            "process 7 on here runs it: looked at as it stands",
        ),
    ],
)
def test_what_is_no_fault_is_said_all_the_same(
    sweeps: Command,
    well: Diagnosis,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    said: str,
) -> None:
    finds(monkeypatch, replace(well, **changes))
    done = sweeps("doctor", "latest")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1:] == [said.format(well.sweep_id), "all is well"]


def test_a_store_that_is_away(
    sweeps: Command, well: Diagnosis, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = "MLflow at http://host cannot be reached"
    finds(monkeypatch, replace(well, runs=None, unreachable=away))
    done = sweeps("doctor", "latest")
    assert (done.exit_code, done.stderr) == (1, f"only the ledger was looked at: {away}\n")
    assert done.stdout == f"small {well.sweep_id}: finished, 10 trials\n"


@pytest.mark.parametrize(
    ("deeds", "said"),
    [
        ((0, 0, False, False), "nothing to mend in MLflow"),
        ((1, 0, False, False), "mended: 1 run deleted"),
        ((0, 2, False, False), "mended: 2 trials sent again"),
        ((0, 0, True, False), "mended: the sweep's end sent again"),
        (
            (11, 10, True, True),
            "mended: 11 runs deleted, 10 trials sent again, the sweep's end sent again, all of it "
            "anew, since later figures stood in the sweep's run",
        ),
    ],
)
def test_a_repair_says_what_it_did_and_looks_again(
    sweeps: Command,
    well: Diagnosis,
    monkeypatch: pytest.MonkeyPatch,
    deeds: tuple[int, int, bool, bool],
    said: str,
) -> None:
    monkeypatch.setattr(repair, "repair", lambda *_, **__: Repaired(*deeds, well))
    done = sweeps("doctor", "latest", "--repair")
    assert done.exit_code == 0
    first, *_, last = done.stdout.splitlines()
    assert (first, last) == (said, "all is well")
    found = json.loads(sweeps("doctor", "latest", "--repair", "--json").stdout)
    assert list(found["repaired"].values()) == list(deeds)


def test_a_repair_that_mlflow_did_not_take_has_failed(
    sweeps: Command, well: Diagnosis, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = Repaired(3, 3, False, False, replace(well, unsent=3))
    monkeypatch.setattr(repair, "repair", lambda *_, **__: waiting)
    done = sweeps("doctor", "latest", "--repair")
    assert done.exit_code == 1
    assert f"3 trials wait to be sent to MLflow: sweeps sync {well.sweep_id}" in done.stdout


def test_a_sweep_that_runs_is_not_repaired(
    sweeps: Command, well: Diagnosis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Repaired:
        raise LeaseError("sweep x is being run by process 7 on here")

    monkeypatch.setattr(repair, "repair", refuse)
    done = sweeps("doctor", "latest", "--repair")
    assert (done.exit_code, done.stderr) == (1, "sweep x is being run by process 7 on here\n")


def test_a_sweep_that_is_not_there(sweeps: Command, sweep_id: str, here: Path) -> None:
    done = sweeps("doctor", "nowhere")
    assert done.exit_code == 2
    assert "no sweep 'nowhere' in this store" in done.stderr
    done = sweeps("doctor", "latest", "--store", "other")
    assert (done.exit_code, (here / "other").exists()) == (2, False)
