"""Coordinators as jobs of a made-up cluster: launched, followed, ended, lost, found again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sweeps.executors.executor import ClusterError
from sweeps.ledger.jobs import Job, Order
from sweeps.service.ray import launched_there, launching_there
from sweeps.service.ray.job_told import Told
from sweeps.service.ray.launching_there import RayLauncher
from sweeps.service.running.session_log import log_file
from sweeps.service.settings import Allowed, Cluster, Settings
from sweeps.store import Store
from tests.sweeps.service.ray.job_server import MadeUpJobs
from tests.sweeps.service.ray.waiting import until

LEDGER = "postgresql://sweeps:hunter2@db/sweeps"
JOB = Job("abcdef", Order("anna", "d", workers=3), 1, state="running", launched_ms=42)
SUBMITTED = "sweeps-abcdef-42"

Make = Callable[[], RayLauncher]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        Store(tmp_path / "store", LEDGER),
        cluster=Cluster("head:6379", coordinators=True),
        tracking_uri="http://mlflow:5000",
        allowed=Allowed(data_folders=(Path("/data"),), code=("models:*",)),
    )


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def make(
    jobs: MadeUpJobs, settings: Settings, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Make]:
    monkeypatch.setattr(launching_there, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(launched_there, "LOG_EVERY", 0.0)
    made: list[RayLauncher] = []

    def find(address: str) -> str:
        if address != "head:6379" or not jobs.address:
            raise ClusterError("nobody answers at head:6379")
        return jobs.address

    def start() -> RayLauncher:
        made.append(RayLauncher(settings, said.append, find))
        return made[-1]

    yield start
    for one in made:
        one.close()


def test_a_job_is_told_all_by_its_environment(
    jobs: MadeUpJobs, make: Make, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "secret1")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "secret2")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "secret3")
    monkeypatch.setenv("UNRELATED", "stays")
    running = make().launch(JOB, ())
    assert (running.alive, running.excused) == (True, False)
    until(lambda: SUBMITTED in jobs.jobs)
    job = jobs.jobs[SUBMITTED]
    told = job["runtime_env"]["env_vars"]
    assert job["entrypoint"] == "exec python -P -m sweeps.service.ray.coordinate abcdef"
    assert told["SWEEPS_LEDGER"] == LEDGER
    assert told["SWEEPS_TRACKING_URI"] == "http://mlflow:5000"
    assert (told["PGPASSWORD"], told["MLFLOW_TRACKING_TOKEN"]) == ("secret1", "secret2")
    assert told["RAY_AUTH_TOKEN"] == "secret3"
    assert "UNRELATED" not in told
    assert "hunter2" not in json.dumps({**job, "runtime_env": None})
    wanted = Told.from_json(told["SWEEPS_JOB"])
    assert (wanted.sweep_id, wanted.launched_ms, wanted.workers) == ("abcdef", 42, 3)
    assert wanted.allowed == settings.allowed
    assert (settings.folder / wanted.mark).exists()
    assert wanted.folder == str(settings.store.folder)


def test_what_it_says_comes_into_the_log_of_its_sweep(
    jobs: MadeUpJobs, make: Make, settings: Settings
) -> None:
    running = make().launch(JOB, ())
    until(lambda: SUBMITTED in jobs.jobs)
    jobs.jobs[SUBMITTED]["logs"] = "12:00  sweep abcdef: begun\n"
    log = log_file(settings.store, "abcdef")
    until(lambda: log.exists() and "begun" in log.read_text())
    assert running.last_words == "sweep abcdef: begun"
    jobs.jobs[SUBMITTED]["logs"] += "12:01  finished\n"
    jobs.end(SUBMITTED, "SUCCEEDED", 0)
    until(lambda: not running.alive)
    assert not running.excused
    assert log.read_text().splitlines()[-1] == "12:01  finished"


@pytest.mark.parametrize(("code", "excused"), [(75, True), (1, False)])
def test_a_job_that_found_something_away_is_excused(
    jobs: MadeUpJobs, make: Make, code: int, *, excused: bool
) -> None:
    running = make().launch(JOB, ())
    until(lambda: SUBMITTED in jobs.jobs)
    jobs.end(SUBMITTED, "FAILED", code)
    until(lambda: not running.alive)
    assert running.excused is excused


def test_a_job_is_ended_through_the_job_server_once(jobs: MadeUpJobs, make: Make) -> None:
    running = make().launch(JOB, ())
    until(lambda: SUBMITTED in jobs.jobs)
    running.terminate()
    running.terminate()
    until(lambda: bool(jobs.stopped))
    looks = len(jobs.asked)
    until(lambda: len(jobs.asked) > looks + 4)
    jobs.end(SUBMITTED, "STOPPED", None)
    until(lambda: not running.alive)
    assert jobs.stopped == [SUBMITTED]
    assert running.last_words == "its job is STOPPED"


def test_a_job_that_the_cluster_has_forgotten_is_the_clusters_fault(
    jobs: MadeUpJobs, make: Make
) -> None:
    running = make().launch(JOB, ())
    until(lambda: SUBMITTED in jobs.jobs)
    del jobs.jobs[SUBMITTED]
    until(lambda: not running.alive)
    assert running.excused
    assert running.last_words.endswith("its head was started anew")


def test_a_job_that_is_refused_is_told_why(jobs: MadeUpJobs, make: Make) -> None:
    jobs.refuses = (400, "no")
    running = make().launch(JOB, ())
    until(lambda: not running.alive)
    assert running.last_words == "Ray's job server answers 400: no"


def test_without_a_job_server_a_launch_waits_and_is_then_excused(
    jobs: MadeUpJobs, make: Make, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, jobs.address = jobs.address, ""
    launcher = make()
    waiting = launcher.launch(JOB, ())
    until(lambda: bool(said))
    assert said == ["coordinators wait for the cluster: nobody answers at head:6379"]
    assert waiting.alive
    jobs.address = address
    until(lambda: SUBMITTED in jobs.jobs)
    until(lambda: len(said) == 2)
    jobs.address = "http://127.0.0.1:9"
    launcher._server = None
    monkeypatch.setattr(launched_there, "OUT_OF_REACH_SECONDS", 0.0)
    until(lambda: not waiting.alive)
    assert waiting.excused
    assert "cannot be reached" in waiting.last_words


def test_who_serves_next_goes_on_with_the_logs_of_what_runs(
    jobs: MadeUpJobs, make: Make, settings: Settings
) -> None:
    first = make()
    first.launch(JOB, ())
    until(lambda: SUBMITTED in jobs.jobs)
    first.close()
    jobs.jobs["raysubmit_1"] = {
        "submission_id": "raysubmit_1",
        "status": "RUNNING",
        "metadata": None,
        "logs": "somebody else's",
    }
    jobs.jobs[SUBMITTED]["logs"] = "12:00  while nobody served\n"
    make()
    log = log_file(settings.store, "abcdef")
    until(lambda: log.exists() and log.read_text() == "12:00  while nobody served\n")
    assert len(list(settings.folder.glob("seen-*"))) == 1, "the folder is marked once"
    assert "GET /api/jobs/raysubmit_1/logs" not in jobs.asked
