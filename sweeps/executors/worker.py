"""One worker process and the pipe to it."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from types import MappingProxyType
from typing import Any

from sweeps.executors import oom
from sweeps.executors.executor import (
    GUARD,
    WORKER_NAME,
    Hear,
    Terms,
    TimedOutError,
    WorkerDiedError,
)
from sweeps.executors.process_tree import end_all, started_by
from sweeps.executors.raised import Raised, RemoteError
from sweeps.executors.serving import ANSWER, FOR_THE_PARENT, serve

LEAVE_SECONDS = 10.0
"""Threads of JAX or TensorFlow may keep a process from ending by itself."""
LOOK_SECONDS = 1.0
"""Between two looks at what the kernel has ended: they read files, which short calls would feel."""

Call = tuple[Callable[..., Any], tuple[Any, ...], Mapping[str, Any]]
"""A function, its arguments, and those with names."""

NOTHING: Mapping[str, str] = MappingProxyType({})

LONGEST_WAIT = 2_000_000.0
"""Seconds that the system can be asked to wait; a call that may take longer has no limit."""

_REAPING = threading.Lock()
"""Held while children are started or waited for: `multiprocessing` looks at all of them when it
starts one, and of two threads that wait for the same child one is not told how it ended."""


class WorkerStartError(RuntimeError):
    """A worker process ended before it could take a call."""


class Worker:
    """A spawned process that runs one call at a time, and leads a process group of its own.

    What the user's code has started there ends with it, however it ends.

    `environment` holds variables that it has unless the user has set them, `place` those that it
    has in any case: which device is its own. `calls` counts those it has run; `resident_megabytes`
    is its size after the last of them.

    Raises WorkerStartError when the process ends before it is ready, WorkerDiedError when a signal
    ended it then.
    """

    def __init__(self, environment: Mapping[str, str], place: Mapping[str, str] = NOTHING) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=serve,
            args=(theirs, dict(environment), dict(place)),
            name=WORKER_NAME,
            daemon=True,
        )
        self.pid = 0
        self._joined = False
        self.calls = 0
        self.resident_megabytes = 0.0
        self._look_at_oom_kills()
        with _REAPING:
            # The first start would start the tracker as well, which lets the signals through again.
            resource_tracker.ensure_running()
            with _signals_held_back():
                self._process.start()
            assert self._process.pid is not None, "the process was started"
            self.pid = self._process.pid
            self._ended = self._end()
        theirs.close()
        try:
            self._pipe.recv_bytes()
        except (EOFError, ConnectionResetError) as error:
            code = self._exit_code()
            if code < 0:
                raise self._death(code) from error
            raise WorkerStartError(f"{_last_words(code)} before it was ready; {GUARD}") from error

    @property
    def alive(self) -> bool:
        """Whether the process can take another call."""
        return not wait([self._ended], timeout=0)

    def call(self, call: Call, terms: Terms | None = None, name: str = "") -> Any:
        """What the function returns in the worker; on terms, what it says is heard under the name.

        Raises RemoteError when it raises there, WorkerDiedError when the process ends meanwhile,
        TimedOutError when the time is over, and what `terms.hear` raises: the process has ended
        then as well.
        """
        if time.monotonic() - self._looked_at >= LOOK_SECONDS:
            self._look_at_oom_kills()
        with self._dying():
            self._pipe.send_bytes(pickle.dumps((call, terms is not None)))
        answer, self.resident_megabytes = self._heard_out(terms or Terms(), name)
        self.calls += 1
        if isinstance(answer, Raised):
            raise RemoteError(answer)
        return answer

    def _heard_out(self, terms: Terms, name: str) -> tuple[Any, float]:
        """Pass on what the call says until it has its answer, or its time is over."""
        limit = None if (terms.seconds or 0.0) > LONGEST_WAIT else terms.seconds
        deadline = None if limit is None else time.monotonic() + limit
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if limit is not None and not wait([self._pipe, self._ended], left):
                self.kill()
                self._exit_code()
                raise TimedOutError(limit)
            with self._dying():
                if self._pipe not in wait([self._pipe, self._ended]) and not self._pipe.poll():
                    raise EOFError
                kind, *content = self._pipe.recv()
            if kind == ANSWER:
                return content[0], content[1]
            if terms.hear is not None:
                self._tell(terms.hear, name, content[0])

    def _tell(self, hear: Hear, name: str, said: object) -> None:
        try:
            hear(name, said)
        except BaseException:  # the rest of what it says would be taken for the next call's
            self.kill()
            self._exit_code()
            raise

    @contextmanager
    def _dying(self) -> Iterator[None]:
        """A pipe that breaks within means that the process has ended."""
        try:
            yield
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            raise self._death(self._exit_code()) from error

    def close(self) -> None:
        """Let the process end; it has no call under way, and a few seconds for taking leave."""
        self._pipe.close()
        if not wait([self._ended], timeout=LEAVE_SECONDS):
            self._process.kill()
        self._exit_code()

    def kill(self) -> None:
        """End the process now, and what the user's code has started in it."""
        started = started_by(self.pid) if self.alive else []
        self._process.kill()
        end_all(started)
        self._end_group()

    def _look_at_oom_kills(self) -> None:
        self._oom_kills, self._looked_at = oom.kills(), time.monotonic()

    def _death(self, code: int) -> WorkerDiedError:
        """How the process ended. The kernel's count rises before what it ends is gone."""
        before, now = self._oom_kills, oom.kills()
        counted = before is not None and now is not None and now > before
        starved = code == -signal.SIGKILL and counted
        return WorkerDiedError(_last_words(code), -code if code < 0 else None, starved)

    def _exit_code(self) -> int:
        """Wait for the process to end; minus the number of the signal that ended it, if one did."""
        wait([self._ended])
        self._end_group()
        with _REAPING:
            self._process.join()
            self._joined = True
            code = self._process.exitcode
        assert code is not None, "a process that was joined has an exit code"
        return code

    def _end(self) -> int:
        """What `wait` takes, and is ready when the process has ended.

        Its sentinel is a pipe that a process forked by the user's code would hold open.
        """
        if hasattr(os, "pidfd_open"):
            with suppress(OSError):  # an old kernel
                ended = os.pidfd_open(self.pid)
                weakref.finalize(self, os.close, ended)
                return ended
        return self._process.sentinel

    def _end_group(self) -> None:
        """End what it has left behind; once it was joined, its number may be somebody else's."""
        with _REAPING, suppress(ProcessLookupError, PermissionError):  # nobody, or only the dead
            if not self._joined:
                os.killpg(self.pid, signal.SIGKILL)


def _last_words(code: int) -> str:
    if code < 0:
        return f"a worker process was ended by signal {-code} ({signal.Signals(-code).name})"
    return f"a worker process ended with exit code {code}"


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """A process started within inherits that it takes none of the parent's signals."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, FOR_THE_PARENT)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
