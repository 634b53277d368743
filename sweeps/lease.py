"""Who may write to a sweep: a lease with an epoch number, renewed while its holder lives.

Two things keep a coordinator that has lost its sweep from writing: every transaction compares the
epoch, and a holder that was held up for longer than a lease (stopped, swapped out) knows by a clock
of its own that others may think it dead, and gives up before it writes. That clock does not count
the time that a whole machine sleeps, after which the epoch alone decides.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sweeps.clock import wall_ms
from tracking.failure_points import reach

LEASE_MS = 30_000
CLOCK_SLACK_MS = 5_000
"""How far the clocks of two machines may differ unnoticed."""


class LeaseError(RuntimeError):
    """Another coordinator holds the sweep, or has taken it over."""


class Term:
    """A holder's own view of its lease, by a clock that nobody sets.

    Time spent waiting for the database is no time of being held up: who waits is awake, and whether
    the sweep was taken over meanwhile is told by the epoch.
    """

    def __init__(self) -> None:
        self._awake = time.monotonic()
        self._held_up: float | None = None

    def awake(self) -> None:
        """Note that the holder is running, before and after each wait."""
        now = time.monotonic()
        passed = now - self._awake
        if passed * 1000 > LEASE_MS and self._held_up is None:
            self._held_up = passed
        self._awake = now

    @property
    def held_up(self) -> float | None:
        """For how many seconds the holder did not run at all, if that ever was longer than a lease.

        It must not write any more.
        """
        return self._held_up


@dataclass(frozen=True)
class Claim:
    """The right to write to one sweep, as long as its epoch is the sweep's newest.

    `term` is the holder's own view of how long the lease lasts.
    """

    sweep_id: str
    owner: str
    epoch: int
    term: Term = field(default_factory=Term, compare=False, repr=False)

    def check_awake(self) -> None:
        """Note that the holder is running. Raises LeaseError when it once did not for too long."""
        self.term.awake()
        held_up = self.term.held_up
        if held_up is not None:
            raise LeaseError(
                f"this process was held up for {held_up:.0f} s and its lease on sweep "
                f"{self.sweep_id} has run out; what it kept is safe, `sweeps resume` goes on "
                "with it"
            )


def until_ms() -> int:
    """The end of a lease that begins now."""
    return wall_ms() + LEASE_MS


def set_back(lease_until_ms: int) -> bool:
    """Whether a lease ends later than any could that was renewed by this machine's clock."""
    return lease_until_ms > until_ms() + CLOCK_SLACK_MS


def place_of(owner: str) -> str:
    """An owner as a person is told of it."""
    host, pid, _ = owner.rsplit(":", 2)
    return f"process {pid} on {host}"


def this_owner() -> str:
    """Name this process, so that others on the same machine can tell whether it still lives."""
    return owner_of(os.getpid())


def owner_of(number: int) -> str:
    """The same for another process of this machine, by its number."""
    return f"{socket.gethostname()}:{number}:{_birth(number)}"


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

    A `renew` that raises LeaseError ends the heartbeat, and `lost` is told. Any other error is said
    and taken for a passing one: the next beat comes within the lease.
    """

    def __init__(
        self,
        renew: Callable[[], None],
        say: Callable[[str], None],
        lost: Callable[[LeaseError], None] | None = None,
    ) -> None:
        self._renew = renew
        self._say = say
        self._lost = lost
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
                reach("lease")
                self._renew()
            except LeaseError as error:
                if self._lost is not None:
                    self._lost(error)
                return
            except Exception as error:  # noqa: BLE001 - a locked or unreachable database, say
                self._say(f"the ledger could not be reached: {error}")
