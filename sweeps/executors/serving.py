"""The life of a worker process, as it is there: calls in, answers out."""

from __future__ import annotations

import gc
import multiprocessing.process
import os
import pickle
import signal
import threading
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection, wait

from sweeps.executors import secrecy
from sweeps.executors.process_tree import end_all, started_by
from sweeps.executors.raised import Raised

READY = b"ready"
ANSWER, SAID = "answer", "said"

FOR_THE_PARENT = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
"""Signals that reach the whole process group; what becomes of the work is the parent's decision."""


def serve(pipe: Connection, environment: Mapping[str, str], place: Mapping[str, str]) -> None:
    """A worker's life: calls in, answers out, until the parent closes the pipe or dies."""
    os.setpgid(0, 0)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, FOR_THE_PARENT)
    secrecy.forget()
    for name, value in environment.items():
        os.environ.setdefault(name, value)
    os.environ.update(place)
    threading.Thread(target=_end_with_parent, name="sweeps-parent-watch", daemon=True).start()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        pipe.send_bytes(READY)
        while True:
            pipe.send_bytes(_answer(pipe.recv_bytes(), _Mouth(pipe)))
    # The parent waits for the end; looking for garbage in JAX or TensorFlow would prolong it.
    gc.freeze()


class _Mouth:
    """Sends what a call says; its threads may speak at once, but not when it is over."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self._shut = False

    def say(self, said: object) -> None:
        content = pickle.dumps((SAID, said))
        with self._lock:
            if not self._shut:
                self._pipe.send_bytes(content)

    def shut(self) -> None:
        with self._lock:
            self._shut = True


def _answer(call: bytes, mouth: _Mouth) -> bytes:
    try:
        (fn, args, kwargs), speaks = pickle.loads(call)
        said = (mouth.say, *args) if speaks else args
        try:
            answer = fn(*said, **kwargs)
        finally:
            mouth.shut()
        return _packed(answer)
    except Exception as error:  # noqa: BLE001 - RemoteError raises it again where the call came from
        return _packed(Raised.of(error))


def _packed(answer: object) -> bytes:
    """An answer, and how large this process is with it."""
    import psutil

    megabytes = psutil.Process().memory_info().rss / 2**20
    return pickle.dumps((ANSWER, answer, megabytes))


def _end_with_parent() -> None:
    parent = multiprocessing.process.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        try:
            end_all(started_by(os.getpid()))
        finally:
            os.killpg(0, signal.SIGKILL)
