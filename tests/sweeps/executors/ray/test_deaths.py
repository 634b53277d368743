"""What Ray raises when workers and nodes end, told as our own processes tell it."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from sweeps.executors.executor import ClusterError, WorkerDiedError
from sweeps.executors.ray.hired import death, no_start
from sweeps.executors.ray.served import About

pytestmark = pytest.mark.slow  # only for the time and threads that importing Ray costs
NODE = About("4f2a", "10.0.0.7", "0.1.0", ("1",), 4242)
KILLED = (
    "The actor is dead because its worker process has died. Worker exit type: SYSTEM_ERROR Worker "
    "exit detail: Worker unexpectedly exits with a connection error code 2. End of file. Some "
    "common causes include: (1) the process was killed by the OOM killer, (2) ray stop was called."
)


def raised(kind: str, message: str) -> Exception:
    """Ray's exception of that name, with that message."""
    ray: Any = pytest.importorskip("ray")
    made: type[Exception] = type(
        kind,
        (getattr(ray.exceptions, kind),),
        {"__init__": lambda self: None, "__str__": lambda self: message},
    )
    return made()


def test_a_worker_is_known_by_its_node_and_its_gpu() -> None:
    assert (NODE.device, NODE.name) == ("4f2a 1", "10.0.0.7 gpu 1 (4242)")
    plain = About("4f2a", "10.0.0.7", "0.1.0", (), 4242)
    assert (plain.device, plain.name) == ("4f2a", "10.0.0.7 (4242)")


def test_a_worker_that_ended_by_itself_may_be_to_blame() -> None:
    died = death(raised("ActorDiedError", KILLED), NODE)
    assert (died.signal, died.out_of_memory) == (None, False)
    assert str(died) == (
        "a worker process on 10.0.0.7 ended: Worker unexpectedly exits with a connection error "
        "code 2"
    )


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("ActorDiedError", "The actor died because its node has died. Node Id: 4f2a"),
        ("ActorUnavailableError", "RpcError: Socket closed rpc_code: 14"),
    ],
)
def test_a_node_that_is_gone_is_no_trials_fault(kind: str, message: str) -> None:
    died = death(raised(kind, message), NODE)
    assert (died.signal, died.out_of_memory) == (signal.SIGTERM, False)
    assert str(died) == "the node 10.0.0.7 of the Ray cluster is gone"


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("OutOfMemoryError", "Task was killed"),
        ("ActorDiedError", "It was killed due to the node running low on memory."),
    ],
)
def test_a_worker_that_ray_ended_for_its_memory_is_told_so(kind: str, message: str) -> None:
    died = death(raised(kind, message), NODE)
    assert (died.signal, died.out_of_memory) == (signal.SIGKILL, True)


@pytest.mark.parametrize(
    ("said", "kind", "expected"),
    [
        ("No module named 'sweeps'", ClusterError, "keras-sweeps is not installed on the nodes"),
        ("its node has died", WorkerDiedError, "went before its worker was ready"),
        ("the disk is full", ClusterError, "could not be started .*: .*the disk is full"),
    ],
)
def test_why_a_worker_could_not_be_started(said: str, kind: type[Exception], expected: str) -> None:
    error = no_start(raised("ActorDiedError", f"The actor died:\n{said}"))
    assert isinstance(error, kind)
    with pytest.raises(kind, match=expected):
        raise error
