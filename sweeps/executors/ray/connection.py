"""A Ray cluster that this process joins, looks after, and leaves as it was."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Literal

from sweeps.executors.environment import standing
from sweeps.executors.executor import ClusterError
from sweeps.executors.ray.address import answers, resolved
from sweeps.executors.ray.room import Node

Head = Literal["there", "away", "another"]

VARIABLES = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # Else Ray ends this process a minute after the head of its cluster is gone.
    "RAY_gcs_rpc_server_reconnect_timeout_s": "86400",
    # Else leaving takes ten seconds for each cluster that is gone by then: Ray still has figures
    # of this process for it.
    "RAY_enable_metrics_collection": "0",
    # Each try to join who answers, but not as a cluster does, takes forty seconds; Ray makes 20.
    "RAY_NUM_REDIS_GET_RETRIES": "3",
}
ANSWER_SECONDS = 5.0
"""What a head may take to answer, before it counts as away."""
LEAVE_SECONDS = 15.0
"""Ray needs five to give up a head that is gone."""
LEFT_SECONDS = 45.0
"""What a cluster that this process left is waited for before it joins another."""
SHUTTING_DOWN = "sweeps-ray-shutdown"
"""The thread in which Ray leaves a cluster; a process is on one at a time."""


class Connection:
    """Joins the cluster at an address; a driver that this process is already is used as it is.

    Without an address: the cluster of RAY_ADDRESS, else one that runs on this machine, else one of
    this process's own. RAY_AUTH_MODE=token and its token are Ray's to read. Raises ClusterError,
    in one line, for one that cannot be joined, and where Ray has not left the one before.
    """

    def __init__(self, address: str | None) -> None:
        self._standing = ExitStack()
        self._standing.enter_context(standing(VARIABLES))
        try:
            ray = imported()
            await_leaving(LEFT_SECONDS)
            self._joined = not ray.is_initialized()
            if self._joined:
                _join(ray, address)
        except BaseException:
            self._standing.close()
            raise
        self.address: str = ray.get_runtime_context().gcs_address

    def nodes(self) -> list[Node]:
        """What each living node has."""
        return [node["Resources"] for node in imported().nodes() if node["Alive"]]

    def head(self) -> Head:
        """Whether the head that was joined is there.

        One that was started anew at its address is another cluster's: it refuses all that knew the
        first. Asking Ray where nobody answers would wait.
        """
        if not answers(self.address):
            return "away"
        ray = imported()
        client = ray.get_runtime_context().worker.gcs_client
        try:
            client.internal_kv_get(b"session_name", b"session", timeout=ANSWER_SECONDS)
        except ray.exceptions.AuthenticationError:
            return "another"
        except ray.exceptions.RayError:
            return "away"
        return "there"

    def answers(self) -> bool:
        """Whether it is there."""
        return self.head() == "there"

    def close(self) -> None:
        """Leave the cluster; what this process had put there is freed by Ray."""
        if self._joined:
            in_time(imported().shutdown, LEAVE_SECONDS, SHUTTING_DOWN)
        self._standing.close()


def in_time(act: Callable[[], object], seconds: float, name: str = "sweeps-ray-leave") -> None:
    """Do it, but do not wait longer: without a head, Ray may never come back from it."""
    thread = threading.Thread(target=act, name=name, daemon=True)
    thread.start()
    thread.join(seconds)


def await_leaving(seconds: float) -> None:
    """Wait until Ray has left the cluster that this process was on: one half left breaks the next.

    Raises ClusterError when it takes longer than so many seconds.
    """
    for thread in threading.enumerate():
        if thread.name == SHUTTING_DOWN:
            thread.join(seconds)
            if thread.is_alive():
                raise ClusterError(
                    "address: Ray is still leaving the cluster that this process was on before, "
                    f"after {seconds:g} s more: go on in a new process"
                )


def imported() -> Any:
    """Ray itself."""
    import ray

    return ray


def _join(ray: Any, address: str | None) -> None:
    at = f"the Ray cluster at {address}" if address else "a Ray cluster"
    place = resolved(address)
    failures = (RuntimeError, ValueError, OSError, ray.exceptions.RayError)
    try:
        with _own_signals():
            ray.init(
                address=place,
                log_to_driver=False,
                configure_logging=False,
                include_dashboard=False,
            )
    except failures as error:
        said = " ".join(str(error).split()).rstrip(".")
        raise ClusterError(
            f"address: {at} cannot be joined: {said} (if it wants a token: RAY_AUTH_MODE=token, "
            "and RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH)"
        ) from error


@contextmanager
def _own_signals() -> Iterator[None]:
    """Ray makes SIGTERM its own when it is joined; within, it stays what it was."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
