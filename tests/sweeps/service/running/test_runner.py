"""The runner's thread: when it looks, what it does when the ledger is away, and how it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sweeps.errors import LedgerAwayError
from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.sweep_row import set_sweep
from sweeps.service.running import draining, rounds
from sweeps.service.running.runner import Runner
from sweeps.service.settings import Settings
from sweeps.store import Store
from tests.sweeps.service.fake_launcher import Coordinated, FakeLauncher, FakeRunning, submit

SOON = 20.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger.open(f"sqlite:///{tmp_path}/ledger.db")) as ledger:
        yield ledger


@dataclass
class Begun:
    """A runner under way, and what it launches and says."""

    runner: Runner
    launcher: FakeLauncher
    said: list[str] = field(default_factory=list)


@pytest.fixture
def begun(ledger: Ledger, tmp_path: Path) -> Iterator[Begun]:
    said: list[str] = []
    launcher = FakeLauncher()
    runner = Runner(Settings(Store.at(tmp_path), slots=2), ledger, launcher, said.append)
    runner.start()
    yield Begun(runner, launcher, said)
    runner.close()
    assert not runner.alive
    assert launcher.closed


def until(condition: Callable[[], bool], what: str) -> None:
    deadline, pause = time.monotonic() + SOON, threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"{what!r} never came"
        pause.wait(0.01)


def test_it_begins_what_is_submitted_and_sees_its_end(begun: Begun, ledger: Ledger) -> None:
    ids = [submit(ledger, owner) for owner in "abc"]
    begun.runner.wake()
    until(lambda: len(begun.launcher.ids) == 2, "two launches")
    until(lambda: begun.runner.view().used == 2, "a view")
    assert list(begun.runner.order()) == ids[2:]
    assert begun.runner.used() == (2, {})
    Coordinated.begun(ledger, ids[0]).ends("finished")
    begun.launcher.launched[0].alive = False
    until(lambda: begun.launcher.ids == ids, "the third")


def test_a_ledger_that_is_away_is_waited_for(
    begun: Begun, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise LedgerAwayError("the ledger at db cannot be reached")

    with monkeypatch.context() as patch:
        patch.setattr(rounds, "standings", away)
        begun.runner.wake()
        until(lambda: begun.runner.view().trouble is not None, "trouble")
        assert begun.runner.view().trouble == "the ledger at db cannot be reached"
        begun.runner.wake()
    submit(ledger)
    until(lambda: len(begun.launcher.ids) == 1, "a launch")
    until(lambda: begun.runner.view().trouble is None, "the end of the trouble")
    assert begun.said == [
        "the queue rests: the ledger at db cannot be reached",
        "the ledger is back, and the queue goes on",
    ]


def test_a_bug_ends_it_and_is_told(begun: Begun, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: heard.append(str(args.exc_value)))
    monkeypatch.setattr(rounds, "standings", lambda *_: 1 / 0)
    begun.runner.wake()
    until(lambda: not begun.runner.alive, "its end")
    assert begun.runner.view().trouble == (
        "the queue runner has ended: ZeroDivisionError: division by zero"
    )
    assert heard == ["division by zero"]


@contextmanager
def obeying(ledger: Ledger, sweep_id: str, running: FakeRunning) -> Iterator[None]:
    """A coordinator that ends its session when it is interrupted."""
    at_work = Coordinated.begun(ledger, sweep_id)
    over = threading.Event()

    def listen() -> None:
        while not over.wait(0.01):
            if ledger.command(sweep_id) == "interrupt":
                at_work.ends("interrupted")
                running.alive = False
                return

    thread = threading.Thread(target=listen)
    thread.start()
    yield
    over.set()
    thread.join()


def test_drained_it_interrupts_what_runs_and_begins_nothing(begun: Begun, ledger: Ledger) -> None:
    ids = [submit(ledger, owner) for owner in "abc"]
    begun.runner.wake()
    until(lambda: len(begun.launcher.ids) == 2, "two launches")
    first, second = begun.launcher.launched
    with obeying(ledger, ids[0], first), obeying(ledger, ids[1], second):
        assert begun.runner.drain(SOON)
    assert begun.runner.view().draining
    assert begun.launcher.ids == ids[:2]
    assert [first.asked, second.asked] == [[], []]
    assert {row.state for row in ledger.sweeps()} == {"interrupted", "queued"}
    states = {job.sweep_id: job.state for job in ledger_jobs.jobs(ledger, ["waiting", "running"])}
    assert set(states) == set(ids)


def test_what_does_not_end_in_time_is_ended(begun: Begun, ledger: Ledger) -> None:
    submit(ledger)
    begun.runner.wake()
    until(lambda: len(begun.launcher.ids) == 1, "a launch")
    assert not begun.runner.drain(0.2)
    assert begun.launcher.launched[0].asked == ["terminate"]


def test_what_does_not_even_end_then_is_killed(
    begun: Begun, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "LEAVE_SECONDS", 0.2)
    monkeypatch.setattr(FakeRunning, "terminate", lambda running: running.asked.append("asked"))
    submit(ledger)
    begun.runner.wake()
    until(lambda: len(begun.launcher.ids) == 1, "a launch")
    assert not begun.runner.drain(0.1)
    assert begun.launcher.launched[0].asked == ["asked", "kill"]


def test_a_second_signal_waits_for_nothing(begun: Begun, ledger: Ledger) -> None:
    submit(ledger)
    begun.runner.wake()
    until(lambda: len(begun.launcher.ids) == 1, "a launch")
    threading.Timer(0.2, begun.runner.hurry).start()
    began = time.monotonic()
    assert not begun.runner.drain(600.0)
    assert time.monotonic() - began < SOON


def test_a_sweep_that_rests_rests_on_when_the_service_is_back(begun: Begun, ledger: Ledger) -> None:
    sweep_id = submit(ledger)
    begun.runner.wake()
    until(lambda: len(begun.launcher.ids) == 1, "a launch")
    with obeying(ledger, sweep_id, begun.launcher.launched[0]):
        with ledger.changing() as connection:
            set_sweep(connection, sweep_id, state="paused")
        assert begun.runner.drain(SOON)
    job = ledger_jobs.job_of(ledger, sweep_id)
    assert job is not None
    assert job.state == "held"
