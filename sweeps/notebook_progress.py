"""Progress in a notebook: one text below the cell, written over as the sweep goes on."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from sweeps.cli.at_work_lines import at_work_lines
from sweeps.cli.pace import Pace
from sweeps.cli.plain_progress import progress_line
from sweeps.cli.telling import ending_line
from sweeps.errors import printable
from sweeps.trial import Result
from sweeps.watcher import AtWork, SaysOnly, Summary, Watcher

SECONDS_BETWEEN = 0.5
"""A browser is not sent more; the last text of a sweep always comes."""

MOST_LINES = 8
"""Of slots at work."""

Show = Callable[[str], None]
"""Puts a text in place of the one before."""


class NotebookProgress:
    """Trials done, best so far, rate and time left, and a line for each slot at work.

    `new_text` begins a text of its own for each sweep; what a person should read is printed.
    """

    def __init__(self, new_text: Callable[[], Show], clock: Callable[[], float]) -> None:
        self._new_text = new_text
        self._clock = clock
        self._lock = threading.Lock()
        self._show: Show | None = None
        self._head = ""
        self._pace = Pace(None, 0, 0.0)
        self._best: Result | None = None
        self._front = 0
        self._at_work: Sequence[AtWork] = ()
        self._due = 0.0

    def began(self, sweep_id: str, name: str, total: int | None, done: int) -> None:
        """Begin a text."""
        with self._lock:
            self._show = self._new_text()
            self._head = printable(f"{name} {sweep_id}")
            self._pace = Pace(total, done, self._clock())
            self._best, self._front = None, 0
            self._at_work, self._due = (), 0.0
            self._draw()

    def finished(
        self,
        result: Result,  # noqa: ARG002 - see Watcher
        best: Result | None,
        front: int = 0,
    ) -> None:
        """Count a trial."""
        with self._lock:
            self._pace.tick(self._clock())
            self._best, self._front = best, front
            self._draw()

    def training(self, live: Sequence[AtWork]) -> None:
        """Show these from now on."""
        with self._lock:
            self._at_work = live
            self._draw()

    def said(self, line: str) -> None:
        """Print it."""
        print(printable(line))

    def ended(self, summary: Summary) -> None:
        """Leave one line."""
        with self._lock:
            if self._show is not None:
                self._show(ending_line(summary))
            self._show = None

    def _draw(self) -> None:
        now = self._clock()
        if self._show is None or now < self._due:
            return
        self._due = now + SECONDS_BETWEEN
        under = [f"  {line}" for line in at_work_lines(self._at_work, MOST_LINES)]
        head = f"{self._head}: {progress_line(self._pace, self._best, self._front)}"
        self._show("\n".join([head, *under]))


def progress_here() -> Watcher:
    """What watches unless the user says otherwise: in a script nothing but what must be read."""
    shell = _shell()
    if shell is None or getattr(shell, "kernel", None) is None:
        return SaysOnly(print)
    return NotebookProgress(_text_below_the_cell, time.monotonic)


def _shell() -> Any:
    """IPython's, where Python runs in one."""
    ipython: Any = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def _text_below_the_cell() -> Show:
    display: Any = sys.modules["IPython"].display
    handle = display.display({"text/plain": ""}, raw=True, display_id=True)

    def show(text: str) -> None:
        handle.update({"text/plain": text}, raw=True)

    return show
