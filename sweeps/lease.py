"""Who may write to a sweep: a lease with an epoch number, renewed while its holder lives."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

LEASE_MS = 30_000
SAME_PROCESS_MS = 2_000


class LeaseError(RuntimeError):
    """Another coordinator holds the sweep, or has taken it over."""


@dataclass(frozen=True)
class Claim:
    """The right to write to one sweep, as long as its epoch is the sweep's newest."""

    sweep_id: str
    owner: str
    epoch: int


def this_owner() -> str:
    """Name this process, so that others on the same machine can tell whether it still lives."""
    import psutil

    started = int(psutil.Process().create_time() * 1000)
    return f"{socket.gethostname()}:{os.getpid()}:{started}"


def surely_dead(owner: str) -> bool:
    """Whether the owner was a process of this machine and is gone. False when nobody can tell."""
    import psutil

    host, pid, started = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        process = psutil.Process(int(pid))
        # A process number is given out again later; start times wander by less than this with the
        # clock that they are reckoned from.
        return abs(process.create_time() * 1000 - int(started)) > SAME_PROCESS_MS
    except psutil.NoSuchProcess:
        return True


class Heartbeat:
    """Calls `renew` every third of a lease, from a thread, until closed.

    A `renew` that raises LeaseError ends the heartbeat: the loop learns of it at its next write.
    """

    def __init__(self, renew: Callable[[], None]) -> None:
        self._renew = renew
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="sweeps-heartbeat", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, and wait until a renewal under way has ended."""
        self._closed.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._closed.wait(LEASE_MS / 3000):
            try:
                self._renew()
            except LeaseError:
                return
