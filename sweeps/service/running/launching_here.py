"""Coordinators as processes of this machine.

They are forked from a process that has imported what they need, so that a start costs no import.
Each leads a session of its own, and outlives the service if that is killed: whoever serves next
finds it by its sweep's lease.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import process as processes
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from types import ModuleType

from sweeps.interrupts import WATCHED
from sweeps.lease import owner_of, surely_dead
from sweeps.ledger.jobs import Job
from sweeps.service.running.reaping import REAPING, begin
from sweeps.service.running.session_log import last_line, log_file, stamped
from sweeps.service.settings import Settings

PRELOADED = "sweeps.service.running.preloaded"
NICENESS = 5
"""Of coordinators and their workers, so that the API answers while they compute."""


UNTOLD = 255
"""The exit code of all that live when the process ends that they were forked from: nobody hears of
their ends any more."""


class LaunchedHere:
    """A coordinator's process."""

    def __init__(self, process: ForkServerProcess, log: Path, said_before: int) -> None:
        self._process = process
        self._owner = owner_of(process.pid or 0)
        self._log = log
        self._said_before = said_before

    @property
    def alive(self) -> bool:
        """Whether the process has not ended, though the one that it was forked from may have."""
        with REAPING:
            if self._process.is_alive():
                return True
            untold = self._process.exitcode == UNTOLD
        return untold and not surely_dead(self._owner)

    @property
    def excused(self) -> bool:
        """Whether its exit code says that something was away."""
        from sweeps.service.running.coordinating import AWAY

        with REAPING:
            return self._process.exitcode == AWAY

    @property
    def last_words(self) -> str:
        """How it ended, and the last line that it has written into its log."""
        with REAPING:
            code = self._process.exitcode
        said = last_line(self._log, self._said_before)
        if code is not None and code < 0:
            return f"the coordinator was ended by signal {-code}; before that it said: {said}"
        return said or f"the coordinator said nothing, and ended with code {code}"

    def terminate(self) -> None:
        """SIGTERM."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL; its workers end with it."""
        self._send(signal.SIGKILL)

    def disown(self) -> None:
        """Python does not wait for it when this process ends."""
        processes._children.discard(self._process)  # type: ignore[attr-defined]

    def _send(self, number: int) -> None:
        if self.alive and self._process.pid is not None:
            with suppress(ProcessLookupError):  # it has ended in this instant
                os.kill(self._process.pid, number)


class HereLauncher:
    """Starts coordinators on this machine. Used by one thread at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([PRELOADED])
        self._launched: list[LaunchedHere] = []

    def launch(self, job: Job, gpus: Sequence[str]) -> LaunchedHere:
        """See `Launcher`."""
        log = log_file(self._settings.store, job.sweep_id)
        log.parent.mkdir(parents=True, exist_ok=True)
        said_before = log.stat().st_size if log.exists() else 0
        process = self._context.Process(
            target=live, args=(job, self._settings, tuple(gpus), log), name="sweeps-coordinator"
        )
        begin(process)
        launched = LaunchedHere(process, log, said_before)
        self._launched = [*(one for one in self._launched if one.alive), launched]
        return launched

    def close(self) -> None:
        """What was launched goes on without this process."""
        for one in self._launched:
            one.disown()


def live(job: Job, settings: Settings, gpus: tuple[str, ...], log: Path) -> None:
    """A coordinator's life, in a process that was forked for it."""
    _stand_alone(log)
    from sweeps.service.running.coordinating import Work, coordinate

    raise SystemExit(coordinate(Work.of(job, settings, gpus), stamped()))


def _stand_alone(log: Path) -> None:
    """Leave whoever started this process: terminal, signals, output; and be modest."""
    os.setsid()
    os.nice(NICENESS)
    for number in WATCHED:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
    nothing = os.open(os.devnull, os.O_RDONLY)
    heard = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream, file in enumerate((nothing, heard, heard)):
        os.dup2(file, stream)
    # Workers would import the service's own main module again.
    sys.modules["__main__"] = ModuleType("__main__")
