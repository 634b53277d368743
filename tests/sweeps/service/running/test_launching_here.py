"""A coordinator's process as its runner sees it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest

from sweeps.service.running.launching_here import LaunchedHere

SOON = 20.0


@pytest.fixture(autouse=True)
def no_fork_server_is_left() -> Iterator[None]:
    """The next one has loaded what tests want that come later."""
    yield
    forkserver._forkserver._stop()  # type: ignore[attr-defined]


def live(heard: Connection) -> None:
    heard.poll(SOON)


def vanish() -> None:
    os._exit(3)


def test_who_says_nothing_is_told_by_its_exit_code(tmp_path: Path) -> None:
    process = multiprocessing.get_context("forkserver").Process(target=vanish)
    process.start()
    process.join(SOON)
    launched = LaunchedHere(process, tmp_path / "log", 0)
    assert launched.last_words == "the coordinator said nothing, and ended with code 3"


def test_who_outlives_the_fork_server_is_alive_until_it_ends(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    heard, told = context.Pipe(duplex=False)
    process = context.Process(target=live, args=(heard,))
    process.start()
    assert process.pid is not None
    launched = LaunchedHere(process, tmp_path / "log", 0)
    server = psutil.Process(process.pid).parent()
    assert server is not None
    assert launched.alive
    os.kill(server.pid, signal.SIGKILL)
    process.join(SOON)  # as far as multiprocessing knows
    assert not process.is_alive()
    assert launched.alive
    launched.terminate()
    until = time.monotonic() + SOON
    while launched.alive:
        assert time.monotonic() < until
        time.sleep(0.01)
    told.close()
    heard.close()
