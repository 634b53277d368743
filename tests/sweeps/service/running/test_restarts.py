"""A queue runner that is killed and started again: nothing is lost, nothing is doubled."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from sweeps.doctor.diagnosis import diagnose
from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import SweepRow
from sweeps.reading.sweep_file import load_sweep
from sweeps.service.running.session_log import log_file
from sweeps.sweep import Sweep
from tests.sweeps.service.fake_launcher import submit
from tests.sweeps.service.served import LONG, ROOT, Place, document, end, environment, until

TRIALS = 15


@dataclass
class Driver:
    """A runner's process."""

    place: Place
    process: subprocess.Popen[bytes]
    heard_before: int

    @property
    def said(self) -> str:
        return self.place.said[self.heard_before :]

    def send(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def ended(self) -> int:
        return self.process.wait(LONG)


@contextmanager
def driven(place: Place, slots: int = 2) -> Iterator[Driver]:
    """A runner; when the test is done with it, it is killed, and it alone."""
    heard_before = len(place.said)
    words = [str(place.store.folder), str(place.folder / "code"), str(slots)]
    with (place.folder / "served.txt").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.sweeps.service.runner_driver", *words],
            cwd=ROOT,
            env=environment(place),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield Driver(place, process, heard_before)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place.made(tmp_path)
    yield place
    end(place)


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    with closing(Ledger.open(place.store.ledger_url)) as ledger:
        yield ledger


def queued(ledger: Ledger, place: Place, count: int, seconds: float) -> list[str]:
    """So many sweeps in the queue, of three users, whose every trial takes so long."""
    sweep = described(place, "slow", [f"seconds: {seconds}"])
    return [submit(ledger, "abc"[number % 3], sweep) for number in range(count)]


def described(place: Place, function: str, space: Sequence[str] = ()) -> Sweep:
    file = place.folder / "code" / "sweep.yaml"
    file.write_text(document("quick", TRIALS, function, space))
    return load_sweep(file)


def not_allowed(place: Place) -> Sweep:
    """A sweep of code that nobody registered, as if it had been when it was submitted."""
    folder = place.folder / "code"
    (folder / "other.py").write_text((folder / "quick.py").read_text())
    file = folder / "other.yaml"
    file.write_text(document("other", TRIALS).replace("quick:", "other:"))
    return load_sweep(file)


def coordinator_of(row: SweepRow) -> psutil.Process | None:
    """Its process, while one runs the sweep."""
    found = re.match(r"process (\d+) on", row.holder or "")
    with suppress(psutil.NoSuchProcess):
        return None if found is None else psutil.Process(int(found[1]))
    return None


def held(ledger: Ledger, ids: Sequence[str]) -> list[psutil.Process]:
    rows = [ledger.sweep(sweep_id) for sweep_id in ids]
    return [found for row in rows if (found := coordinator_of(row)) is not None]


def at_work(ledger: Ledger, ids: Sequence[str], place: Place, fewest: int = 1) -> None:
    """Wait until two of the sweeps run, and have brought something."""

    def running() -> bool:
        rows = [ledger.sweep(sweep_id) for sweep_id in ids]
        return sum(row.holder is not None and row.done >= fewest for row in rows) == 2

    until(running, "two sweeps at work", lambda: place.said[-3000:])


def check_all_well(ledger: Ledger, ids: Sequence[str], place: Place, tries: int) -> None:
    """Every sweep finished; every trial ended once, after so many attempts at most."""

    def over() -> bool:
        jobs = [ledger_jobs.job_of(ledger, sweep_id) for sweep_id in ids]
        return all(job is not None and job.state == "over" for job in jobs)

    until(over, "the end of all", lambda: place.said[-3000:])
    for sweep_id in ids:
        found = diagnose(place.store, sweep_id, tracking_uri=place.uri)
        assert found.well, [one.line for one in found.violations]
        assert (found.state, found.trials, found.unsent) == ("finished", TRIALS, 0)
        assert found.runs == TRIALS + 1
        assert max(begun.attempt for begun in ledger.trials(sweep_id)) <= tries


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_runner_that_is_killed(ledger: Ledger, place: Place) -> None:
    ids = queued(ledger, place, 4, 0.25)
    with driven(place) as first:
        at_work(ledger, ids, place)
        check_what_a_coordinator_is(held(ledger, ids)[0])
        lonely = {found.pid for found in held(ledger, ids)}
        first.send(signal.SIGKILL)
        first.ended()
    with driven(place) as second:
        until(lambda: "slots 2 here  adopted" in second.said, "an adoption", lambda: second.said)
        assert lonely & {found.pid for found in held(ledger, ids)}
        at_work(ledger, ids, place, 2)
        second.send(signal.SIGKILL)
        for found in held(ledger, ids):
            found.kill()
    with driven(place):
        check_all_well(ledger, ids, place, tries=3)
    assert len(ledger.sweeps()) == len(ids)


def check_what_a_coordinator_is(found: psutil.Process) -> None:
    """A modest leader of its own session, which has loaded neither TensorFlow nor JAX."""
    assert os.getsid(found.pid) == found.pid
    assert found.nice() == 5
    loaded = Path(f"/proc/{found.pid}/maps").read_text()
    assert "numpy" in loaded
    assert not re.search("tensorflow|jaxlib|/keras/", loaded)
    workers = [one for one in found.children() if "spawn_main" in " ".join(one.cmdline())]
    assert [one.nice() for one in workers] == [5]


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_coordinators_that_are_ended_are_followed_by_others(ledger: Ledger, place: Place) -> None:
    ids = queued(ledger, place, 2, 0.15)
    refused = submit(ledger, "dan", not_allowed(place), priority=1)
    with driven(place) as runner:
        for number in (signal.SIGKILL, signal.SIGTERM):
            at_work(ledger, ids, place)
            before = held(ledger, ids)
            for found in before:
                found.send_signal(number)
            psutil.wait_procs(before, timeout=LONG)
        check_all_well(ledger, ids, place, tries=3)
        assert "given up" not in runner.said
    said = log_file(place.store, ids[0]).read_text()
    assert re.match(rf"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ  quick {ids[0]}: {TRIALS} trials\n", said)
    assert said.count(f"quick {ids[0]}: ") >= 3
    row = ledger.sweep(refused)
    assert row.state == "failed"
    assert row.cause is not None
    assert "'other:score' is not among the code that this service runs" in row.cause
