"""Looks at a Ray cluster through a child process: Ray may end a process that loses its head.

The child looks every few seconds and says what it sees, a line of JSON each time. It ends with the
service, and is started again when it ends by itself or says nothing any more.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from sweeps.clock import now_ms
from sweeps.executors.ray.connection import VARIABLES
from sweeps.service.nodes import Node, Standing

# -P: a file of the user's called `random.py` must not become Python's own.
COMMAND = (sys.executable, "-P", "-m", "sweeps.service.ray.looking")
SILENT_SECONDS = 20.0
"""A child that says nothing for so long is taken to hang."""

AGAIN_SECONDS = 2.0
"""Between the end of a child and the start of the next."""

END_SECONDS = 5.0


class RayLooker:
    """Looks at the cluster at `address` until closed. `child` is the command that looks."""

    def __init__(self, address: str, child: Sequence[str] = ()) -> None:
        self._command = child or (*COMMAND, address)
        self._standing = Standing(address, reachable=False, cause="nobody has looked yet")
        self._nodes: tuple[Node, ...] = ()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._look, name="sweeps-ray-looker", daemon=True)
        self._thread.start()

    def seen(self) -> tuple[Standing, tuple[Node, ...]]:
        """What was seen last; without a head nobody knows of its nodes whether they live."""
        with self._lock:
            return self._standing, self._nodes

    def close(self) -> None:
        """End the child, and wait for that."""
        self._closed.set()
        with self._lock:
            if self._child is not None:
                self._child.kill()
        self._thread.join()

    def _look(self) -> None:
        while not self._closed.is_set():
            with self._started() as child:
                for line in _lines(child):
                    self._take(line)
                child.kill()
                with suppress(BrokenPipeError):
                    child.stdin.close()  # type: ignore[union-attr]
            self._note(f"who looks at it ended with {child.returncode}, and is started again")
            self._closed.wait(AGAIN_SECONDS)

    def _started(self) -> subprocess.Popen[bytes]:
        with self._lock:
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={
                    **VARIABLES,
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                },
            )
            if self._closed.is_set():
                self._child.kill()
            return self._child

    def _take(self, line: bytes) -> None:
        said = json.loads(line)
        if not said["reachable"]:
            self._note(said["cause"])
            return
        nodes = tuple(
            Node(**{**one, "gpu_kinds": tuple(one["gpu_kinds"])}) for one in said["nodes"]
        )
        with self._lock:
            self._nodes = nodes
            before = self._standing
            since = before.since_ms if before.reachable else now_ms()
            self._standing = Standing(before.address, True, since, grows=said["grows"])

    def _note(self, cause: str) -> None:
        """The cluster cannot be reached: since now, or since it could not before."""
        with self._lock:
            before = self._standing
            since = now_ms() if before.reachable or before.since_ms is None else before.since_ms
            self._standing = Standing(before.address, False, since, cause)
            self._nodes = tuple(
                replace(one, alive=False, cpus_free=None, gpus_free=None, memory_free_gb=None)
                for one in self._nodes
            )


def _lines(child: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """What it says, until it ends or hangs."""
    out = child.stdout
    assert out is not None
    rest = b""
    while select.select([out], [], [], SILENT_SECONDS)[0]:
        said = os.read(out.fileno(), 65536)
        if not said:
            return
        *whole, rest = (rest + said).split(b"\n")
        yield from whole
