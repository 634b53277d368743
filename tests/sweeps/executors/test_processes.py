from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sweeps.executors.executor import WorkerDiedError
from sweeps.executors.processes import Processes
from tests.sweeps.executors.contract import ExecutorContract, double


def own_pid() -> int:
    return os.getpid()


def die(number: int) -> None:
    os.kill(os.getpid(), number)


def leave(code: int) -> None:
    os._exit(code)


def hang(started: str | None = None) -> None:
    """Never return; open the pipe `started` first, which whoever reads it can wait for."""
    if started is not None:
        Path(started).open("w").close()
    threading.Event().wait()


def grow(megabytes: int) -> int:
    global _kept
    _kept = bytearray(b"x" * (megabytes << 20))
    return os.getpid()


class TestProcesses(ExecutorContract):
    @pytest.fixture
    def executor(self) -> Iterator[Processes]:
        processes = Processes(2, {"SWEEPS_TEST_VARIABLE": "here"})
        yield processes
        processes.shutdown()


@pytest.fixture
def one() -> Iterator[Processes]:
    processes = Processes(1, {}, calls_per_worker=2, megabytes=300)
    yield processes
    processes.kill()


def test_calls_run_in_other_processes() -> None:
    processes = Processes(2, {})
    try:
        pids = {processes.submit(own_pid).result() for _ in range(4)}
    finally:
        processes.shutdown()
    assert os.getpid() not in pids


def test_a_worker_is_replaced_after_its_number_of_calls(one: Processes) -> None:
    pids = [one.submit(own_pid).result() for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_a_worker_that_grew_too_large_is_replaced(one: Processes) -> None:
    assert one.submit(grow, 400).result() != one.submit(own_pid).result()


def test_a_killed_worker_fails_its_own_call_only(one: Processes) -> None:
    broken, whole = one.submit(die, signal.SIGKILL), one.submit(double, 4)
    with pytest.raises(WorkerDiedError, match="signal 9 \\(SIGKILL\\)"):
        broken.result()
    assert whole.result() == 8


def test_a_worker_that_leaves_says_its_exit_code(one: Processes) -> None:
    with pytest.raises(WorkerDiedError, match="exit code 3"):
        one.submit(leave, 3).result()


def test_kill_ends_a_call_that_never_would(tmp_path: Path) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    processes = Processes(1, {})
    stuck, queued = processes.submit(hang, str(started)), processes.submit(double, 2)
    started.open().close()
    processes.kill()
    with pytest.raises(WorkerDiedError):
        stuck.result()
    assert queued.cancelled()


COORDINATOR = """
from sweeps.executors.processes import Processes
from tests.sweeps.executors.test_processes import hang, own_pid

if __name__ == "__main__":
    processes = Processes(1, {})
    print(processes.submit(own_pid).result(), flush=True)
    processes.submit(hang).result()
"""


def test_workers_do_not_outlive_a_killed_coordinator(tmp_path: Path) -> None:
    script = tmp_path / "coordinator.py"
    script.write_text(COORDINATOR)
    coordinator = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert coordinator.stdout is not None
    worker = psutil.Process(int(coordinator.stdout.readline()))
    coordinator.kill()
    coordinator.wait()
    coordinator.stdout.close()
    _, alive = psutil.wait_procs([worker], timeout=20)
    assert not alive, f"{alive} outlived the coordinator"
