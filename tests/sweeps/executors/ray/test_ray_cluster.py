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

from sweeps.executors.executor import Terms, TimedOutError, WorkerDiedError
from sweeps.executors.raised import RemoteError
from sweeps.executors.ray_cluster import RayCluster
from tests.sweeps.executors.contract import ExecutorContract, double, silently
from tests.sweeps.executors.ray.simulated import Simulated

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def joined(cluster: Simulated) -> Iterator[RayCluster]:
    """One for many tests: its workers take seconds to start."""
    environment = {"SWEEPS_TEST_VARIABLE": "here"}
    executor = RayCluster(cluster.address, workers=2, gpu_share=None, environment=environment)
    yield executor
    executor.shutdown()


class TestRayCluster(ExecutorContract):
    @pytest.fixture
    def executor(self, joined: RayCluster) -> RayCluster:
        return joined


def die(number: int) -> None:
    os.kill(os.getpid(), number)


def leave(code: int) -> None:
    sys.exit(code)


def start_another(started: str) -> None:
    """Wait for a program that never ends, as a function that calls one does."""
    program = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait()"])
    Path(started).write_text(str(program.pid))
    program.wait()


def test_a_killed_worker_fails_its_own_call_only(joined: RayCluster) -> None:
    broken, whole = joined.submit(die, signal.SIGKILL), joined.submit(double, 4)
    with pytest.raises(WorkerDiedError, match=r"a worker process on .* ended"):
        broken.result()
    assert whole.result() == 8


def test_a_call_that_leaves_ends_its_worker(joined: RayCluster) -> None:
    with pytest.raises(WorkerDiedError):
        joined.submit(leave, 3).result()


def test_an_answer_that_cannot_travel_is_an_error_of_its_call(joined: RayCluster) -> None:
    with pytest.raises(RemoteError, match="pickle"):
        joined.submit(threading.Lock).result()
    assert joined.submit(double, 4).result() == 8


def test_a_call_over_its_time_ends_with_all_that_it_started(
    joined: RayCluster, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    stuck = joined.submit_on(Terms(2.0), silently, start_another, str(started))
    whole = joined.submit_on(Terms(60.0), silently, double, 4)
    with pytest.raises(TimedOutError, match=r"took longer than 2\.0 s, and its worker was ended"):
        stuck.result()
    assert whole.result() == 8
    left = [it for it in psutil.process_iter() if it.pid == int(started.read_text())]
    _, alive = psutil.wait_procs(left, timeout=20)
    assert not alive, f"{alive} outlived the call that started it"
