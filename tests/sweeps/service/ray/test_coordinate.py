"""A coordinator as a job: what it makes of its environment, before it does what all do."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sweeps.errors import LedgerError
from sweeps.ledger.jobs import Job, change, job_of
from sweeps.ledger.ledger import Ledger
from sweeps.service.ray import coordinate
from sweeps.service.ray.coordinate import main, store_for
from sweeps.service.ray.job_told import Told
from sweeps.service.running.coordinating import AWAY, FAILED, Say, Work
from sweeps.service.settings import Allowed
from sweeps.store import Store
from tests.sweeps.service.fake_launcher import submit

CONFIG = "RAY_JOB_CONFIG_JSON_ENV_VAR"
LAUNCHED = 42


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    store = Store.at(tmp_path / "store")
    store.folder.mkdir()
    with closing(Ledger.open(store.ledger_url)) as opened:
        yield opened


@pytest.fixture
def job(ledger: Ledger) -> Job:
    """Taken on by a runner."""
    waiting = job_of(ledger, submit(ledger))
    assert waiting is not None
    change(ledger, waiting, state="running", launched_ms=LAUNCHED, runner="h:1:2")
    taken = job_of(ledger, waiting.sweep_id)
    assert taken is not None
    return taken


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Work]:
    """What coordinators were given to do."""
    works: list[Work] = []

    def coordinated(work: Work, say: Say) -> int:
        works.append(work)
        return 0

    monkeypatch.setattr(coordinate, "coordinate", coordinated)
    return works


def told(folder: Path, **other: Any) -> Told:
    known: dict[str, Any] = {
        "sweep_id": "abcdef",
        "launched_ms": LAUNCHED,
        "workers": 3,
        "slots": 4,
        "folder": str(folder),
        "mark": "seen-1",
        "own_tracking": True,
        "auth": False,
        "allowed": Allowed(code_folders=(folder,), code=("models:*",)),
    }
    return Told(**{**known, **other})


def environment(monkeypatch: pytest.MonkeyPatch, wanted: Told, ledger: str) -> None:
    monkeypatch.setenv("SWEEPS_JOB", wanted.to_json())
    monkeypatch.setenv("SWEEPS_LEDGER", ledger)
    monkeypatch.setenv("SWEEPS_TRACKING_URI", "http://mlflow:5000")
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    secrets = {"runtime_env": {"env_vars": {"PGPASSWORD": "hunter2"}}, "metadata": {"a": "b"}}
    monkeypatch.setenv(CONFIG, json.dumps(secrets))


def test_it_does_what_the_ledger_says_with_what_it_was_given(
    ledger: Ledger, job: Job, done: list[Work], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.at(tmp_path / "store")
    (store.folder / "service").mkdir()
    (store.folder / "service" / "seen-1").touch()
    environment(monkeypatch, told(store.folder, sweep_id=job.sweep_id), store.ledger_url)
    said: list[str] = []
    assert main(said.append) == 0
    (work,) = done
    assert (work.job.sweep_id, work.job.order.workers) == (job.sweep_id, 3)
    assert work.store.folder == store.folder
    assert (work.address, work.tracking_uri) == ("10.0.0.1:6379", "http://mlflow:5000")
    assert (work.own_tracking, work.allowed.code, work.slots) == (True, ("models:*",), 4)
    assert said == []
    assert json.loads(os.environ[CONFIG]) == {"runtime_env": {}, "metadata": {"a": "b"}}


def test_a_session_that_another_has_replaced_does_nothing(
    ledger: Ledger, job: Job, done: list[Work], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = told(tmp_path, sweep_id=job.sweep_id, launched_ms=LAUNCHED - 1)
    environment(monkeypatch, wanted, Store.at(tmp_path / "store").ledger_url)
    said: list[str] = []
    assert main(said.append) == 0
    assert done == []
    assert said[-1] == "this session is not wanted any more"


def test_a_database_of_the_services_machine_is_no_place_to_log_to(
    ledger: Ledger, job: Job, done: list[Work], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = told(tmp_path / "elsewhere", sweep_id=job.sweep_id)
    environment(monkeypatch, wanted, Store.at(tmp_path / "store").ledger_url)
    monkeypatch.setenv("SWEEPS_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    said: list[str] = []
    assert main(said.append) == FAILED
    row = ledger.sweep(job.sweep_id)
    assert row.state == "failed"
    assert row.cause is not None
    assert "serve with --tracking-uri http://…" in row.cause
    assert said[0].startswith(f"the folder {tmp_path / 'elsewhere'} of the service is not seen")
    assert done == []


def test_without_the_ledger_it_is_tried_again_later(
    done: list[Work], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(url: str) -> Ledger:
        raise LedgerError(f"{url} is away")

    monkeypatch.setattr(Ledger, "open", away)
    environment(monkeypatch, told(tmp_path), "postgresql://db/sweeps")
    said: list[str] = []
    assert main(said.append) == AWAY
    assert said[-1] == "postgresql://db/sweeps is away"
    assert done == []


def test_where_the_folder_is_not_seen_it_works_in_one_of_its_own_and_says_what_is_there(
    done: list[Work], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    store, shared = store_for(told(tmp_path / "elsewhere"), "postgresql://db/sweeps")
    assert (store.folder, shared) == (tmp_path / "home" / ".sweeps", False)
    assert store.ledger_url == "postgresql://db/sweeps"
