"""Sessions of sweeps in processes of their own, which start in no time and are ended by tests."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess

import psutil

from tests.sweeps.driver import Order, session
from tests.sweeps.durability.places import Place
from tracking.failure_points import VARIABLE

LONG = 120.0
_REAPING = threading.Lock()
"""Held while sessions are started or asked how they ended: `multiprocessing` looks at all of them
when it starts one, and of two threads that read the same exit code one gets another."""
THREADS = 2
"""Of the server that sessions are forked from: its own, and one of a memory allocator that knows
forks."""


@dataclass
class Running:
    """A session under way, in a process group of its own."""

    process: ForkServerProcess
    place: Place
    heard_before: int

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    @property
    def said(self) -> str:
        """What was written into the folder since the session was started."""
        return self.place.said[self.heard_before :]

    @property
    def alive(self) -> bool:
        with _REAPING:
            return self.process.is_alive()

    def hears(self, words: str, times: int = 1) -> None:
        """Wait until it has said so, so often."""
        until(lambda: self.said.count(words) >= times or not self.alive, words)
        assert self.said.count(words) >= times, self.said[-3000:]

    def send(self, number: int) -> None:
        os.kill(self.pid, number)

    def send_all(self, number: int) -> None:
        """To the whole process group, as a terminal does."""
        os.killpg(self.pid, number)

    def ended(self, within: float = LONG) -> int:
        """Wait for the end; the exit code, or minus the signal that ended it."""
        wait([self.process.sentinel], within)
        with _REAPING:
            self.process.join(0)
            code = self.process.exitcode
        assert code is not None, f"still running after {within} s: {self.said[-3000:]}"
        return code

    def workers(self) -> list[psutil.Process]:
        """Its worker processes at the moment."""
        with suppress(psutil.NoSuchProcess):
            found = psutil.Process(self.pid).children()
            return [one for one in found if "spawn_main" in " ".join(_words_of(one))]
        return []

    def left_behind(self) -> list[int]:
        """Processes that still live of those that it has started, in whichever group."""
        return [
            pid
            for pid in psutil.pids()
            if _session_of(pid) == self.pid and psutil.pid_exists(pid) and not _is_zombie(pid)
        ]


@contextmanager
def started(
    place: Place,
    *arguments: str,
    workers: int = 0,
    cli: bool = False,
    made_up: float | None = None,
    lease_ms: int | None = None,
    points: str | None = None,
    watched: bool = False,
) -> Iterator[Running]:
    """A session that is ended, with all that it has started, when the test is done with it."""
    order = Order(
        folder=place.folder,
        arguments=arguments,
        workers=workers,
        cli=cli,
        made_up=made_up,
        lease_ms=lease_ms,
        watched=watched,
        environment=_environment(place, points),
    )
    context = multiprocessing.get_context("forkserver")
    process = context.Process(target=session, args=(order,), name="sweeps-session")
    heard_before = len(place.said)
    with _REAPING:
        process.start()
    running = Running(process, place, heard_before)
    try:
        yield running
    finally:
        for pid in running.left_behind():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait([process.sentinel])
        with _REAPING:
            process.join()
            process.close()


def run_to(code: int, place: Place, *arguments: str, **options: object) -> str:
    """A session from its start to its end, which must be with that exit code; what it said."""
    with started(place, *arguments, **options) as running:  # type: ignore[arg-type]
        found = running.ended()
        assert found == code, f"{arguments} ended with {found}: {running.said[-3000:]}"
        return running.said


def begin_or_resume(place: Place) -> tuple[str, str]:
    """The arguments of the next session; the last one may have ended before the sweep had a row."""
    sweep_id = place.sweep_id
    return ("run", "sweep.yaml") if sweep_id is None else ("resume", sweep_id)


def start_server() -> None:
    """Load what sessions need into the process that they are forked from."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.sweeps.durability.preloaded"])
    process = context.Process(target=int)
    process.start()
    process.join()
    server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    assert psutil.Process(server).num_threads() <= THREADS, "a fork may lock up"


def until(condition: Callable[[], bool], what: str, within: float = LONG) -> None:
    pause = threading.Event()
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"{what!r} never came"
        pause.wait(0.01)


def _environment(place: Place, points: str | None) -> dict[str, str]:
    ours = {**os.environ, "MLFLOW_TRACKING_URI": place.uri, "COLUMNS": "200"}
    return ours if points is None else {**ours, VARIABLE: points}


def _words_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
