from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from sweeps.executors import guard
from sweeps.executors.guard import Guard


@pytest.fixture
def groups() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Three processes that never end, each of a group of its own."""
    endless = [sys.executable, "-c", "import signal; signal.pause()"]
    started = [subprocess.Popen(endless, process_group=0) for _ in range(3)]
    yield started
    for one in started:
        one.kill()
        one.wait()


def test_what_is_watched_in_the_end_is_ended_and_nothing_else(
    groups: list[subprocess.Popen[bytes]],
) -> None:
    first, second, third = groups
    ours = Guard()
    for one in groups:
        ours.watch(one.pid)
    ours.forget(second.pid)
    ours.forget(second.pid)
    ours.close()
    assert (first.wait(20), third.wait(20)) == (-9, -9)
    assert second.poll() is None
    ours.close()


def test_a_guard_that_somebody_has_ended_is_not_missed() -> None:
    ours = Guard()
    assert ours._shell is not None
    ours._shell.kill()
    ours._shell.wait()
    ours.watch(1 << 22)
    ours.close()


def test_a_machine_without_a_shell_has_no_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "which", lambda name: None)
    alone = Guard()
    alone.watch(1 << 22)
    alone.forget(1 << 22)
    alone.close()
