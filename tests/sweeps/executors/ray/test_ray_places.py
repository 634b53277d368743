from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import psutil
import pytest

from sweeps.executors.executor import ClusterError, Say, Terms, WorkerDiedError
from sweeps.executors.ray import pool
from sweeps.executors.ray_cluster import RayCluster
from sweeps.problem import Problem
from sweeps.subjects.own_code import OwnCode
from sweeps.sweep import Evaluate, Objective, SubjectChoice
from sweeps.tasks.no_rows import NoRows
from sweeps.user_code.user_code import load
from tests.sweeps.executors.contract import double, variable
from tests.sweeps.executors.ray.simulated import Simulated

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def test_kill_ends_calls_that_never_would(cluster: Simulated, tmp_path: Path) -> None:
    executor = RayCluster(cluster.address, workers=1, gpu_share=None, environment={})
    started = tmp_path / "started"
    os.mkfifo(started)
    stuck = executor.submit(hang, str(started))
    queued = executor.submit(double, 2)
    started.open().close()
    executor.kill()
    assert isinstance(stuck.exception(), WorkerDiedError)
    assert queued.cancelled()
    with pytest.raises(RuntimeError, match="takes no more calls"):
        executor.submit(double, 2)


def hang(started: str) -> None:
    Path(started).open("w").close()
    threading.Event().wait()


Meeting = tuple[str, str, str]
"""Node, GPU and share of it that a call found itself with."""


def meet(say: Say, folder: str, name: str, others: int) -> Meeting:
    """Wait until so many calls are in the same folder, and say where this one is."""
    import ray

    place = Path(folder)
    (place / name).touch()
    while len(list(place.iterdir())) < others:
        time.sleep(0.01)
    gpus = os.environ["CUDA_VISIBLE_DEVICES"]
    return ray.get_runtime_context().get_node_id(), gpus, os.environ["SWEEPS_GPU_SHARE"]


def test_two_halves_share_a_gpu_and_a_whole_one_waits_for_both(
    cluster: Simulated, tmp_path: Path
) -> None:
    """Four halves on two GPUs: all at once, two on each."""
    executor = RayCluster(cluster.address, workers=None, gpu_share=0.5, environment={})
    try:
        assert (executor.slots, executor.shared) == (4, "gpus")
        calls = [
            executor.submit_on(Terms(), meet, str(tmp_path), str(number), 4) for number in range(4)
        ]
        halves = [call.result() for call in calls]
        assert {(gpu, share) for _, gpu, share in halves} == {("0", "0.5")}
        nodes = [node for node, _, _ in halves]
        assert sorted(nodes.count(node) for node in set(nodes)) == [2, 2]
        alone = executor.submit_on(Terms(alone=True), stay, str(tmp_path / "alone"))
        beside = [executor.submit_on(Terms(), stay, str(tmp_path / f"b{n}")) for n in range(6)]
        node, share, since, until = alone.result()
        assert share == "1"
        for where, _, began, ended in (call.result() for call in beside):
            assert where != node or ended <= since or began >= until
        assert executor.submit(variable, "SWEEPS_GPU_SHARE").result() == "0.5"
    finally:
        executor.shutdown()


def stay(say: Say, mark: str) -> tuple[str, str, float, float]:
    """A little while: (node, share of its GPU, when it began and ended)."""
    import ray

    began = time.time()
    time.sleep(0.2)
    node = ray.get_runtime_context().get_node_id()
    return node, os.environ["SWEEPS_GPU_SHARE"], began, time.time()


def test_calls_on_a_lost_node_are_lost_and_others_are_not(
    cluster: Simulated, tmp_path: Path
) -> None:
    executor = RayCluster(cluster.address, workers=None, gpu_share=1.0, environment={})
    lost = cluster.nodes[-1]
    try:
        heard: Any = {}
        calls: dict[int, Future[None]] = {}
        started = [threading.Event() for _ in range(2)]
        for number, event in enumerate(started):

            def hear(_: str, node: Any, number: int = number, event: Any = event) -> None:
                heard[number] = node
                event.set()

            calls[number] = executor.submit_on(Terms(hear=hear), stay_until, str(tmp_path / "over"))
        for event in started:
            assert event.wait(30)
        cluster.lose(lost)
        (gone,) = (call for number, call in calls.items() if heard[number] == lost.node_id)
        error = gone.exception(timeout=40)
        (tmp_path / "over").touch()
        assert isinstance(error, WorkerDiedError)
        assert error.signal == signal.SIGTERM
        assert "is gone" in str(error)
        wait(calls.values())
        assert [call.exception() for call in calls.values() if call is not gone] == [None]
        assert executor.submit(double, 4).result() == 8
    finally:
        executor.shutdown()
        cluster.add(cpus=2, gpus=1)


def test_workers_without_room_are_told_once(
    cluster: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four whole GPUs are wanted of a cluster that has two."""
    monkeypatch.setattr(pool, "ROOM_SECONDS", 1.0)
    lines: list[str] = []
    told = threading.Event()

    def tell(line: str) -> None:
        lines.append(line)
        told.set()

    executor = RayCluster(cluster.address, workers=4, gpu_share=1.0, environment={}, tell=tell)
    over = tmp_path / "over"
    try:
        calls = [executor.submit_on(Terms(), stay_until, str(over)) for _ in range(4)]
        assert told.wait(30)
        over.touch()
        assert [call.exception(timeout=60) for call in calls] == [None] * 4
    finally:
        executor.shutdown()
    (line,) = lines
    assert line.startswith("waiting for room on the cluster: a worker takes 2 cores and 1 of a GPU")
    assert "of 4 workers so far" in line


def stay_until(say: Say, over: str) -> None:
    import ray

    say(ray.get_runtime_context().get_node_id())
    while not Path(over).exists():
        time.sleep(0.02)


def test_closing_leaves_the_cluster_as_it_was(cluster: Simulated) -> None:
    import ray

    before = signal.getsignal(signal.SIGTERM)
    told: list[str] = []
    executor = RayCluster(
        cluster.address, workers=1, gpu_share=None, environment={}, tell=told.append
    )
    try:
        after = signal.getsignal(signal.SIGTERM)
        pid = executor.submit(os.getpid).result()
    finally:
        executor.shutdown()
    assert after == before
    (line,) = told
    assert "GPUs, and trials see none" in line
    assert not ray.is_initialized()
    assert "RAY_gcs_rpc_server_reconnect_timeout_s" not in os.environ
    _, alive = psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], 20)
    assert not alive
    assert not [one for one in threading.enumerate() if one.name.startswith("sweeps-ray")]


def test_a_cluster_that_is_not_there_is_one_clear_line() -> None:
    with pytest.raises(ClusterError, match=r"^address: nobody answers at 127.0.0.1:1, where") as it:
        RayCluster("127.0.0.1:1", workers=1, gpu_share=None, environment={})
    assert "\n" not in str(it.value)
    assert "RAY_gcs_rpc_server_reconnect_timeout_s" not in os.environ


def test_modules_beside_the_sweep_file_are_found_where_their_folder_is_not(
    cluster: Simulated, tmp_path: Path
) -> None:
    folder = tmp_path / "sweep"
    folder.mkdir()
    (folder / "sent_function.py").write_text("def objective(config):\n    return 42.0\n")
    subject = OwnCode(SubjectChoice("function", "sent_function:objective"), str(folder))
    problem = Problem(
        NoRows("none"), Evaluate(), Objective("score"), 0, subject=subject, folder=str(folder)
    )
    executor = RayCluster(cluster.address, workers=1, gpu_share=None, environment={})
    try:
        future = executor.submit_on(Terms(), called, problem, "sent_function:objective")
        shutil.rmtree(folder)
        assert future.result() == 42.0
    finally:
        executor.shutdown()


def called(say: Say, problem: Problem, path: str) -> float:
    return float(load(path, problem.folder)({}))


TOKEN = """
import sys
from sweeps.executors.executor import ClusterError
from sweeps.executors.ray_cluster import RayCluster
from tests.sweeps.executors.contract import double

try:
    executor = RayCluster(sys.argv[1], workers=1, gpu_share=None, environment={})
    print(executor.submit(double, 4).result())
    executor.shutdown()
except ClusterError as error:
    print(error)
"""


def test_a_cluster_with_a_token_lets_in_who_knows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """In processes of their own, since Ray reads its variables once."""
    starting = (
        "import sys, subprocess, os\n"
        "from tests.sweeps.executors.ray.simulated import Simulated\n"
        "cluster = Simulated()\n"
        "cluster.add()\n"
        "for token in sys.argv[2:]:\n"
        "    os.environ['RAY_AUTH_TOKEN'] = token\n"
        "    command = [sys.executable, '-c', sys.argv[1], cluster.address]\n"
        "    told = subprocess.run(command, capture_output=True, text=True)\n"
        "    print(told.stdout.strip() or told.stderr)\n"
        "cluster.close()\n"
    )
    right, wrong = "a" * 64, "b" * 64
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", right)
    monkeypatch.setenv("RAY_NUM_REDIS_GET_RETRIES", "3")
    answer = subprocess.run(
        [sys.executable, "-c", starting, TOKEN, right, wrong],
        capture_output=True,
        text=True,
        check=False,
    )
    welcome, refusal = answer.stdout.strip().splitlines()[-2:]
    assert welcome == "8", answer.stderr
    assert refusal.startswith("address: the Ray cluster at ")
    assert "cannot be joined" in refusal
    assert "RAY_AUTH_MODE=token" in refusal
