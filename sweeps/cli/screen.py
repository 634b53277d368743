"""What is printed where: a terminal gets bars and tables, a pipe plain lines."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sweeps.cli.endings import complain
from sweeps.errors import printable

if TYPE_CHECKING:
    from rich.console import Console

    from sweeps.watcher import Watcher

WIDTH_OF_A_PIPE = 160


def say(lines: Iterable[str]) -> None:
    """Print lines, or texts of several; what else a terminal might obey becomes an escape."""
    for line in lines:
        typer.echo("\n".join(map(printable, line.split("\n"))))


def say_if_heard(lines: Iterable[str]) -> None:
    """Print lines; that nobody reads any more changes nothing.

    What the stream still holds would fail again when Python ends, and with it the exit code: it
    goes to the null device instead.
    """
    try:
        say(lines)
    except BrokenPipeError:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


def on_terminal() -> bool:
    """Whether a person looks at standard output as it is written."""
    return sys.stdout.isatty()


def console() -> Console:
    """Rich's console on standard output; in a pipe it is wide, so that tables keep their lines."""
    from rich.console import Console

    width = None if on_terminal() else WIDTH_OF_A_PIPE
    return Console(file=sys.stdout, width=width, highlight=False)


@contextmanager
def progress(*, aside: bool = False) -> Iterator[Watcher]:
    """The watcher that fits standard output; whatever happens, no bar is left behind.

    `aside` sends its lines to standard error, where the output itself is for programs.
    """
    if aside or not on_terminal():
        from sweeps.cli.plain_progress import PlainProgress

        yield PlainProgress(complain if aside else None)
        return
    from sweeps.cli.bar_progress import BarProgress

    bar = BarProgress(console())
    try:
        yield bar
    finally:
        bar.close()


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table: columns side by side, names above them, no lines around."""
    from rich.markup import escape
    from rich.table import Table

    drawn = Table(*(escape(column) for column in columns), box=None, pad_edge=False)
    for row in rows:
        drawn.add_row(*(escape(printable(cell)) for cell in row))
    console().print(drawn)
