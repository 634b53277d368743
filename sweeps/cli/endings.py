"""How a command ends: exit codes, and one line on standard error for whatever went wrong."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec

import typer

from search_spaces.errors import SpaceError
from sweeps.client.errors import AddressError, RefusedError
from sweeps.errors import LedgerError, SweepFileError, printable
from sweeps.executors.executor import ClusterError
from sweeps.lease import LeaseError
from sweeps.user_code.user_code import UserCodeError
from tracking.tracker import TrackingError

FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130

TRACEBACK = "SWEEPS_TRACEBACK"
"""Set to anything, this environment variable shows where an unexpected failure came from."""

P = ParamSpec("P")


class BadInputError(Exception):
    """Something the user typed that cannot be: an id, a name, a file that is in the way."""


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """The command with the errors that it may meet told in one line, and their exit codes."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (BadInputError, SweepFileError, SpaceError, UserCodeError, AddressError) as error:
            complain(str(error))
            show_lines(getattr(error, "lines", ""))
            raise typer.Exit(BAD_INPUT) from error
        except RefusedError as error:
            complain(str(error))
            show_lines(error.lines)
            raise typer.Exit(error.exit_code) from error
        except (LeaseError, LedgerError, TrackingError, ClusterError) as error:
            complain(str(error))
            raise typer.Exit(FAILED) from error

    return run


def complain(line: str) -> None:
    """One line on standard error."""
    typer.echo(printable(line), err=True)


def show_lines(lines: str) -> None:
    """A traceback of the user's own code on standard error, below the line that sums it up."""
    for line in lines.splitlines():
        complain(f"  {line}")


def report_unexpected(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """What Python calls for an exception that nobody expected, before it exits with 1."""
    if TRACEBACK in os.environ:
        traceback.print_exception(kind, error, trace)
        return
    where = traceback.extract_tb(trace)[-1] if trace else None
    place = f" (at {os.path.basename(where.filename)}:{where.lineno})" if where else ""  # noqa: PTH119
    notes = "".join(f", {note}" for note in getattr(error, "__notes__", ()) if "\n" not in note)
    line = printable(f"sweeps failed unexpectedly: {kind.__name__}: {error}{notes}{place}")
    sys.stderr.write(f"{line}\nset {TRACEBACK}=1 to see the whole traceback\n")
