"""A service whose sweeps are trained on a real cluster, and coordinated there, too.

One head serves both tests; the second one kills it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from sweeps.doctor.diagnosis import diagnose
from sweeps.executors.environment import standing
from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger.ledger import Ledger
from sweeps.reading.sweep_file import load_sweep
from sweeps.service.running.session_log import log_file
from sweeps.sweep import Sweep
from tests.sweeps.executors.ray.heads import Head
from tests.sweeps.executors.ray.simulated import QUIET, NoClusterError
from tests.sweeps.postgres import Server
from tests.sweeps.service.fake_launcher import submit
from tests.sweeps.service.served import ROOT, Place, document, end, environment, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(150),
    pytest.mark.skipif(
        find_spec("ray") is None or find_spec("aiohttp_cors") is None,
        reason="Ray's job server needs ray[default]",
    ),
]

TRIALS = 20
CODE = """
import os
import time


def noting(config):
    with open(config["notes"], "a") as file:
        file.write(" ".join(os.environ) + "\\n")
    time.sleep(0.4)
    return config["x"]
"""


@pytest.fixture(scope="module")
def head(own_ray: None) -> Iterator[Head]:
    head = Head()
    try:
        with standing(QUIET):
            head.start()
            yield head
    except NoClusterError as error:
        pytest.skip(str(error))
    finally:
        head.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place.made(tmp_path)
    (tmp_path / "code" / "quick.py").write_text(CODE)
    yield place
    end(place)


@contextmanager
def driven(place: Place, head: Head, kind: str) -> Iterator[None]:
    """A service without an API, until the test is done with it."""
    words = [str(place.store.folder), place.store.ledger_url, str(place.folder / "code")]
    with (place.folder / "served.txt").open("ab") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.sweeps.executors.ray.service_driver"),
                *(*words, head.address, kind),
            ],
            cwd=ROOT,
            env={**environment(place), "PGPASSWORD": "hunter2"},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield
    finally:
        process.communicate()
    assert process.returncode == 0, place.said


def described(place: Place) -> Sweep:
    file = place.folder / "code" / "sweep.yaml"
    file.write_text(document("quick", TRIALS, "noting", [f"notes: {place.folder / 'notes'}"]))
    return load_sweep(file)


def over(ledger: Ledger, sweep_id: str) -> bool:
    job = ledger_jobs.job_of(ledger, sweep_id)
    return job is not None and job.state == "over"


def check_well(ledger: Ledger, place: Place, sweep_id: str) -> None:
    row = ledger.sweep(sweep_id)
    assert (row.state, row.done, row.failed) == ("finished", TRIALS, 0), place.said
    found = diagnose(place.store, sweep_id, tracking_uri=place.uri)
    assert found.well, [one.line for one in found.violations]


def test_coordinators_are_jobs_of_the_cluster_and_their_workers_know_no_secret(
    head: Head, place: Place, postgres: Server
) -> None:
    place.ledger = postgres.fresh()
    with closing(Ledger.open(place.store.ledger_url)) as ledger:
        sweep_id = submit(ledger, "anna", described(place))
        with driven(place, head, "jobs"):
            until(lambda: over(ledger, sweep_id), "its end", lambda: place.said)
            log = log_file(place.store, sweep_id)
            until(lambda: "finished" in log.read_text(), "the log", lambda: place.said)
        check_well(ledger, place, sweep_id)
    assert "sweeps.service.ray.coordinate" in log.read_text(), "Ray says what it has started"
    seen = (place.folder / "notes").read_text().split()
    assert "RAY_JOB_ID" in seen
    assert not {"SWEEPS_LEDGER", "SWEEPS_TRACKING_URI", "SWEEPS_JOB", "PGPASSWORD"} & {*seen}


def test_a_head_that_is_killed_and_comes_back_ends_no_sweep_and_no_service(
    head: Head, place: Place
) -> None:
    causes: set[str | None] = set()

    def went_on(ledger: Ledger) -> bool:
        causes.add(ledger.sweep(sweep_id).cause)
        return over(ledger, sweep_id)

    with closing(Ledger.open(place.store.ledger_url)) as ledger:
        sweep_id = submit(ledger, "anna", described(place))
        with driven(place, head, "here"):
            until(lambda: ledger.sweep(sweep_id).done >= 4, "some trials", lambda: place.said)
            assert "cluster up 1" in place.said
            head.kill()
            until(lambda: "cluster down" in place.said, "that it is gone", lambda: place.said)
            head.start()
            until(lambda: went_on(ledger), "its end", lambda: place.said)
            until(lambda: place.said.endswith("cluster up 1\n"), "its nodes", lambda: place.said)
        check_well(ledger, place, sweep_id)
    (cause,) = causes - {None}
    assert cause is not None
    assert "the head of the Ray cluster at" in cause
