"""Reports of sweeps, drawn by a process of their own, and kept until their sweep has changed."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillDrawing
from dataclasses import dataclass
from pathlib import Path

from sweeps.errors import printable
from sweeps.ledger.records import SweepRow
from sweeps.service.few_waiting import FewWaiting
from sweeps.service.problems import FAILED, ProblemError
from sweeps.service.report_child import NO_SCORE
from sweeps.store import Store

PAGE = "report.html"
AT_ONCE = 2
"""Reports that are drawn together."""

PATIENCE = 20.0
LONGEST = 600.0
"""Seconds for which whoever asks waits, and after which a drawing is given up."""

FRESH = 10.0
"""Seconds for which a page will do of a sweep that runs: it changes all the time."""

Draw = Callable[[str, Path], bool]
"""Draws a sweep's report into a folder; whether there was anything to draw. Raises OSError."""


@dataclass(frozen=True)
class Drawn:
    """`stamp` tells how the sweep stood; `page` is None where no trial had a score."""

    stamp: tuple[object, ...]
    at: float
    page: Path | None


class ReportPages:
    """The newest page of each sweep. Methods may be called from any thread."""

    def __init__(self, store: Store, draw: Draw | None = None, patience: float = PATIENCE) -> None:
        self._store = store
        self._children = Children(store)
        self._draw = draw or self._children.draw
        self._patience = patience
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, "sweeps-report")
        self._drawn: dict[str, Drawn] = {}
        self._drawing: dict[str, Future[Drawn]] = {}
        self._waiting = FewWaiting("their reports")
        self._closed = False

    def close(self) -> None:
        """Draw nothing more."""
        with self._lock:
            self._closed = True
        self._children.close()
        self._pool.shutdown(cancel_futures=True)

    def page(self, row: SweepRow) -> bytes:
        """The page of what is known by now.

        Raises ProblemError: 404 when no trial has a score yet, 503 while it is being drawn.
        """
        try:
            drawn = self._kept(row) or self._awaited(row)
        except StillDrawing as error:
            raise ProblemError(
                503,
                f"{row.name} {row.sweep_id}: the report is being drawn",
                FAILED,
                {"Retry-After": "5"},
            ) from error
        except (OSError, subprocess.SubprocessError) as error:
            raise ProblemError(
                503, f"{row.name} {row.sweep_id}: the report cannot be drawn: {error}", FAILED
            ) from error
        if drawn.page is None:
            raise ProblemError(404, f"{row.name} {row.sweep_id}: no trial has a score yet", FAILED)
        return drawn.page.read_bytes()

    def _kept(self, row: SweepRow) -> Drawn | None:
        """A page that is still good: of this service, or of the session that has ended."""
        with self._lock:
            drawn = self._drawn.get(row.sweep_id)
        if drawn is not None:
            fresh = row.holder is not None and time.monotonic() - drawn.at < FRESH
            if fresh or drawn.stamp == _stamp(row):
                return drawn
        its_own = self._store.reports(row.sweep_id) / PAGE
        if row.holder is None and row.ended_ms is not None and _written_ms(its_own) >= row.ended_ms:
            return Drawn(_stamp(row), time.monotonic(), its_own)
        return None

    def _awaited(self, row: SweepRow) -> Drawn:
        with self._waiting.one_more():
            return self._future(row).result(self._patience)

    def _future(self, row: SweepRow) -> Future[Drawn]:
        with self._lock:
            if self._closed:
                raise OSError("the service is about to end")
            future = self._drawing.get(row.sweep_id)
            if future is None:
                future = self._pool.submit(self._made, row)
                self._drawing[row.sweep_id] = future
            return future

    def _made(self, row: SweepRow) -> Drawn:
        folder = self._store.drawn(row.sweep_id)
        try:
            page = folder / PAGE if self._draw(row.sweep_id, folder) else None
            drawn = Drawn(_stamp(row), time.monotonic(), page)
            with self._lock:
                self._drawn[row.sweep_id] = drawn
            return drawn
        finally:
            with self._lock:
                del self._drawing[row.sweep_id]


class Children:
    """Processes that draw."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._closed = False
        self._running: set[subprocess.Popen[str]] = set()

    def draw(self, sweep_id: str, folder: Path) -> bool:
        """Draw one report. Raises OSError with what the process said last when it has failed."""
        told = {
            "ledger": self._store.ledger_url,
            "sweep": sweep_id,
            "folder": str(folder),
            "kept": str(self._store.reports(sweep_id)),
        }
        with self._child() as child:
            try:
                _, said = child.communicate(json.dumps(told), LONGEST)
            finally:
                child.kill()
                with self._lock:
                    self._running.discard(child)
        if child.returncode not in (0, NO_SCORE):
            last = said.strip().rpartition("\n")[2]
            raise OSError(printable(last or f"its process ended with {child.returncode}"))
        return child.returncode == 0

    def close(self) -> None:
        """End those that draw, and begin no more."""
        with self._lock:
            self._closed = True
            for child in self._running:
                child.kill()

    def _child(self) -> subprocess.Popen[str]:
        # -P: a file of the working folder called `random.py` must not become Python's own.
        command = [sys.executable, "-P", "-m", "sweeps.service.report_child"]
        with self._lock:
            if self._closed:
                raise OSError("the service is about to end")
            child = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            self._running.add(child)
        return child


def _stamp(row: SweepRow) -> tuple[object, ...]:
    """Changes whenever the report would be another one."""
    return (row.state, row.ended, row.confirmations, row.cancelled, row.ended_ms)


def _written_ms(file: Path) -> float:
    """When the file was written last; 0 where there is none."""
    try:
        return file.stat().st_mtime_ns / 1_000_000
    except FileNotFoundError:
        return 0.0
