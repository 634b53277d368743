"""One worker process and the pipe to it."""

from __future__ import annotations

import multiprocessing
import multiprocessing.process
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, wait
from typing import Any

from sweeps.executors.executor import WorkerDiedError


class RemoteError(RuntimeError):
    """A call raised in its worker; the message is the worker's traceback."""


class Worker:
    """A spawned process that runs one call at a time.

    `calls` counts those it has run; `resident_megabytes` is its size after the last of them.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, dict(environment)), name="sweeps-worker", daemon=True
        )
        self._process.start()
        theirs.close()
        self.calls = 0
        self.resident_megabytes = 0.0

    @property
    def alive(self) -> bool:
        """Whether the process can take another call."""
        return self._process.is_alive()

    def call(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """What `fn` returns in the worker.

        Raises RemoteError when it raises there, WorkerDiedError when the process ends meanwhile.
        """
        try:
            self._pipe.send_bytes(pickle.dumps((fn, args, kwargs)))
            wait([self._pipe, self._process.sentinel])
            good, answer, self.resident_megabytes = self._pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            raise WorkerDiedError(self._last_words()) from error
        self.calls += 1
        if not good:
            raise RemoteError(answer)
        return answer

    def close(self) -> None:
        """Let the process end; it has no call under way."""
        self._pipe.close()
        self._process.join()
        self._process.close()

    def kill(self) -> None:
        """End the process now."""
        self._process.kill()

    def _last_words(self) -> str:
        self._process.join()
        code = self._process.exitcode or 0
        if code < 0:
            return f"the worker process was ended by signal {-code} ({signal.Signals(-code).name})"
        return f"the worker process ended with exit code {code}"


def _serve(pipe: Connection, environment: Mapping[str, str]) -> None:
    """A worker's life: calls in, answers out, until the parent closes the pipe or dies."""
    # Ctrl-C reaches the whole process group; what becomes of the work is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(environment)
    threading.Thread(target=_end_with_parent, name="sweeps-parent-watch", daemon=True).start()
    while True:
        try:
            call = pipe.recv_bytes()
        except EOFError:
            return
        pipe.send_bytes(_answer(call))


def _answer(call: bytes) -> bytes:
    import psutil

    try:
        fn, args, kwargs = pickle.loads(call)
        good, answer = True, fn(*args, **kwargs)
    except Exception:  # noqa: BLE001 - it is raised again, as RemoteError, where the call came from
        good, answer = False, traceback.format_exc()
    megabytes = psutil.Process().memory_info().rss / 2**20
    return pickle.dumps((good, answer, megabytes))


def _end_with_parent() -> None:
    parent = multiprocessing.process.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
