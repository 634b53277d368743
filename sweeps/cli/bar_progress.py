"""Progress as a bar, for terminals."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from sweeps.cli.at_work_lines import at_work_lines
from sweeps.cli.failures import Failures
from sweeps.cli.pace import Pace
from sweeps.cli.plain_progress import progress_line
from sweeps.cli.telling import ending_line
from sweeps.errors import printable
from sweeps.trial import Result
from sweeps.watcher import AtWork, Summary

LONGEST = 32
"""Characters of a name before the bar, which would have no room beside it otherwise."""

WIDE = 110
"""Columns in which figures have room beside the bar; in fewer they stand under it."""

MOST_LINES = 8
"""Of slots at work, under the bar."""


class BarProgress:
    """One bar for each sweep: trials done, best so far, rate and time left.

    Under it stands a line for each slot that trains something for longer than a glance.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._pace = Pace(None, 0, 0.0)
        self._failures = Failures()
        self._progress = self._new_progress()
        self._bar = TaskID(0)
        self._figures = ""
        self._at_work: Sequence[AtWork] = ()
        self._shown = self._new_screen()

    def began(self, sweep_id: str, name: str, total: int | None, done: int) -> None:
        """Draw the bar."""
        self._pace = Pace(total, done, time.monotonic())
        self._failures = Failures()
        self._progress = self._new_progress()
        self._bar = self._progress.add_task(
            escape(f"{_cut(printable(name))} {sweep_id}"),
            total=total,
            completed=done,
        )
        self._figures = progress_line(self._pace, None)
        self._at_work = ()
        self._shown = self._new_screen()
        self._shown.start(refresh=True)

    def finished(self, result: Result, best: Result | None, front: int = 0) -> None:
        """Move the bar on."""
        self._pace.tick(time.monotonic())
        if (failure := self._failures.line(result)) is not None:
            self.said(failure)
        self._figures = progress_line(self._pace, best, front)
        self._progress.update(self._bar, completed=self._pace.done)

    def training(self, live: Sequence[AtWork]) -> None:
        """Draw these under the bar from now on."""
        self._at_work = live

    def said(self, line: str) -> None:
        """Print above the bar."""
        self._console.print(printable(line), markup=False, highlight=False)

    def ended(self, summary: Summary) -> None:
        """Leave one line in place of the bar."""
        self.close()
        self.said(ending_line(summary))

    def close(self) -> None:
        """Take the bar away."""
        self._shown.stop()

    def _new_progress(self) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            console=self._console,
            auto_refresh=False,
        )

    def _new_screen(self) -> Live:
        return Live(
            get_renderable=self._drawn,
            console=self._console,
            transient=True,
            refresh_per_second=4,
        )

    def _drawn(self) -> Group:
        lines = at_work_lines(self._at_work, MOST_LINES)
        if self._console.width < WIDE:
            return Group(self._progress, *map(_under, [self._figures, *lines]))
        head = Table.grid(padding=(0, 1))
        head.add_row(self._progress, Text(self._figures, no_wrap=True, overflow="ellipsis"))
        return Group(head, *map(_under, lines))


def _under(line: str) -> Text:
    return Text(f"  {line}", no_wrap=True, overflow="ellipsis")


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
