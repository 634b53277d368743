from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from sweeps import cores
from sweeps.executors import oom
from sweeps.executors.executor import Terms, TimedOutError, WorkerDiedError, executor_for
from sweeps.executors.processes import Processes
from sweeps.executors.raised import RemoteError
from sweeps.executors.worker import Worker
from tests.sweeps.executors.contract import ExecutorContract, double, fail, silently, variable


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


_kept = bytearray()


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


def test_as_many_calls_wait_in_reserve_as_there_are_workers() -> None:
    processes = Processes(3, {})
    assert (processes.slots, processes.ahead) == (3, 3)
    processes.shutdown()


def test_workers_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "usable", lambda: 6)
    monkeypatch.delenv(cores.THREADS, raising=False)
    workers = executor_for(2, {"SWEEPS_TEST_VARIABLE": "here"})
    try:
        assert workers.submit(variable, cores.THREADS).result() == "3"
        assert workers.submit(variable, "SWEEPS_TEST_VARIABLE").result() == "here"
    finally:
        workers.shutdown()


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


def test_how_a_worker_ended_is_known_when_others_start_and_end_meanwhile() -> None:
    processes = Processes(4, {})
    try:
        futures = [processes.submit(die, signal.SIGTERM) for _ in range(16)]
        deaths = [future.exception() for future in futures]
    finally:
        processes.shutdown()
    assert {getattr(death, "signal", death) for death in deaths} == {signal.SIGTERM}


def test_a_worker_that_leaves_says_its_exit_code(one: Processes) -> None:
    with pytest.raises(WorkerDiedError, match="exit code 3"):
        one.submit(leave, 3).result()


def test_a_call_after_the_shutdown_is_refused() -> None:
    processes = Processes(1, {})
    processes.shutdown()
    with pytest.raises(RuntimeError, match="shut down"):
        processes.submit(double, 1)


def test_what_a_call_raises_comes_back_short_with_its_traceback_as_a_note(one: Processes) -> None:
    with pytest.raises(RemoteError) as caught:
        one.submit(fail, "no such width").result()
    assert str(caught.value) == "ValueError: no such width"
    assert "in fail" in caught.value.__notes__[0]


def test_an_answer_that_cannot_travel_is_an_error_of_its_call(one: Processes) -> None:
    with pytest.raises(RemoteError, match="pickle"):
        one.submit(threading.Lock).result()
    assert one.submit(double, 4).result() == 8


def test_signals_for_the_group_do_not_reach_a_worker_that_is_starting() -> None:
    script = (
        "import os, signal\n"
        "from sweeps.executors.worker import Worker\n"
        "from tests.sweeps.executors.contract import double\n"
        "if __name__ == '__main__':\n"
        "    signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "    import threading\n"
        "    stop = threading.Event()\n"
        "    def storm():\n"
        "        while not stop.wait(0.002): os.killpg(0, signal.SIGINT)\n"
        "    threading.Thread(target=storm).start()\n"
        "    answers = [Worker({}).call((double, (n,), {}), None) for n in range(3)]\n"
        "    stop.set()\n"
        "    print(answers)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    assert answer.stdout == "[0, 2, 4]\n", answer.stderr


def test_a_script_without_a_guard_is_told_so(tmp_path: Path) -> None:
    script = tmp_path / "unguarded.py"
    script.write_text(
        "from sweeps.executors.processes import Processes\n"
        "from tests.sweeps.executors.contract import double\n"
        "print(Processes(1, {}).submit(double, 1).result())\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    answer = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, env=environment, check=False
    )
    assert answer.returncode == 1
    assert "must do so under `if __name__ == '__main__':`" in answer.stderr


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


def test_a_call_over_its_time_ends_with_its_worker_and_nothing_else(one: Processes) -> None:
    worker = psutil.Process(one.submit(own_pid).result())
    stuck, whole = (
        one.submit_on(Terms(0.05), silently, hang),
        one.submit_on(Terms(60.0), silently, double, 4),
    )
    with pytest.raises(TimedOutError, match=r"took longer than 0\.1 s, and its worker was ended"):
        stuck.result()
    assert not worker.is_running()
    assert whole.result() == 8


def start_another(started: str) -> None:
    """Wait for a program that never ends, as a function that calls one does."""
    program = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait()"])
    Path(started).write_text(str(program.pid))
    program.wait()


def test_a_call_over_its_time_takes_along_what_it_has_started(
    one: Processes, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    with pytest.raises(TimedOutError):
        one.submit_on(Terms(3.0), silently, start_another, str(started)).result()
    left = [it for it in psutil.process_iter() if it.pid == int(started.read_text())]
    _, alive = psutil.wait_procs(left, timeout=20)
    assert not alive, f"{alive} outlived the call that started it"
    assert one.submit(double, 2).result() == 4


@pytest.mark.parametrize("end", [Processes.shutdown, Processes.kill])
def test_no_thread_is_left_when_a_call_with_a_limit_runs_at_the_end(
    tmp_path: Path, end: Callable[[Processes], None]
) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    before = set(threading.enumerate())
    processes = Processes(1, {})
    stuck = processes.submit_on(Terms(0.5), silently, hang, str(started))
    started.open().close()
    end(processes)
    assert set(threading.enumerate()) == before
    assert isinstance(stuck.exception(), TimedOutError | WorkerDiedError)


@pytest.mark.parametrize(
    ("counts", "number", "starved"),
    [
        ((3, 4), signal.SIGKILL, True),
        ((3, 3), signal.SIGKILL, False),
        ((3, 4), signal.SIGSEGV, False),
        ((None, 4), signal.SIGKILL, False),
        ((3, None), signal.SIGKILL, False),
    ],
)
def test_a_killed_worker_says_whether_the_kernel_wanted_its_memory(
    monkeypatch: pytest.MonkeyPatch,
    counts: tuple[int | None, int | None],
    number: int,
    starved: bool,
) -> None:
    """The count before the call and the one after the death, here in place of a real lack."""
    read = iter([0, *counts])
    monkeypatch.setattr(oom, "kills", lambda: next(read))
    monkeypatch.setattr("sweeps.executors.worker.LOOK_SECONDS", 0.0)
    worker = Worker({})
    with pytest.raises(WorkerDiedError) as caught:
        worker.call((die, (number,), {}), None)
    assert caught.value.out_of_memory is starved


def test_nobody_is_ended_under_the_number_of_a_worker_that_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its number may be that of somebody else's process group by then."""
    worker = Worker({})
    worker.close()
    ended: list[int] = []
    monkeypatch.setattr(os, "killpg", lambda group, _: ended.append(group))
    worker.kill()
    worker.close()
    assert ended == []


COORDINATOR = """
from sweeps.executors.processes import Processes
from sweeps.executors.raised import RemoteError
from tests.sweeps.executors.test_processes import hang, keep_python_busy, own_pid

if __name__ == "__main__":
    processes = Processes(1, {})
    print(processes.submit(own_pid).result(), flush=True)
    processes.submit(%s).result()
"""


def keep_python_busy() -> None:
    """Do not let any of this process's threads run, as a C library may."""
    ctypes.PyDLL(None).sleep(60)


@pytest.mark.parametrize("busy", ["hang", "keep_python_busy"])
def test_workers_do_not_outlive_a_killed_coordinator(tmp_path: Path, busy: str) -> None:
    script = tmp_path / "coordinator.py"
    script.write_text(COORDINATOR % busy)
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


def fork_one_that_stays(started: str) -> None:
    """Leave a process behind that holds everything open which this one holds, and die."""
    child = os.fork()
    if not child:
        signal.pause()
    Path(started).write_text(str(child))
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_dead_worker_has_left_behind_is_ended_with_it(
    one: Processes, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    with pytest.raises(WorkerDiedError, match="SIGKILL"):
        one.submit(fork_one_that_stays, str(started)).result(timeout=30)
    left = [it for it in psutil.process_iter() if it.pid == int(started.read_text())]
    _, alive = psutil.wait_procs(left, timeout=20)
    assert not alive, f"{alive} outlived the worker that started it"
    assert one.submit(double, 2).result() == 4
