"""Who may write to a sweep: a lease with an epoch number, renewed while its holder lives."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LEASE_MS = 30_000


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
    return f"{socket.gethostname()}:{os.getpid()}:{_birth(os.getpid())}"


def surely_dead(owner: str) -> bool:
    """Whether the owner was a process of this machine and is gone. False when nobody can tell."""
    import psutil

    host, number, born = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        gone = psutil.Process(int(number)).status() == psutil.STATUS_ZOMBIE
        # The number of a process that is gone is given to another one later.
        return gone or _birth(int(number)) != born
    except psutil.NoSuchProcess:
        return True


def _birth(number: int) -> str:
    """When a process was born, by a clock that is never set, where the system tells that."""
    stat = Path(f"/proc/{number}/stat")
    try:
        # Field 22 counts clock ticks since the machine started; field 2, in brackets, may hold any
        # characters.
        return stat.read_text().rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError):
        return "unknown"


class Heartbeat:
    """Calls `renew` every third of a lease, from a thread, until closed.

    A `renew` that raises LeaseError ends the heartbeat: the loop learns of it at its next write.
    Any other error is said and taken for a passing one: the next beat comes within the lease.
    """

    def __init__(self, renew: Callable[[], None], say: Callable[[str], None]) -> None:
        self._renew = renew
        self._say = say
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
            except Exception as error:  # noqa: BLE001 - a locked or unreachable database, say
                self._say(f"the ledger could not be reached: {error}")
