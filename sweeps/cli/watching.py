"""`sweeps watch`: how a sweep goes that another process runs."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from sweeps.cli.catalogue import LATEST, Catalogue
from sweeps.cli.chosen import reached
from sweeps.cli.endings import BadInputError, guarded
from sweeps.cli.options import SweepId
from sweeps.cli.screen import console, on_terminal, say, say_if_heard
from sweeps.cli.store_flags import ANYWHERE, PlaceOption, StoreFlags
from sweeps.cli.telling import best_lines, ways_on
from sweeps.cli.watch_lines import Changes, figures, state_of
from sweeps.errors import LedgerAwayError

if TYPE_CHECKING:
    from sweeps.cli.watched import Seen, Watched

PAUSE = 1.0
"""Seconds between two looks."""

PATIENCE = 60.0
"""Seconds for which a ledger's server, or a service, may be away."""

wait = time.sleep
clock = time.monotonic


@guarded
def watch(sweep_id: SweepId = LATEST, store: PlaceOption = ANYWHERE) -> None:
    """Look on while a sweep runs; Ctrl-C leaves the sweep alone.

    Shows the best so far, pace, time left, what workers train and what failed last. Ends with the
    session that runs the sweep; what waits in a service's queue is waited for. In a pipe, lines
    when something changes.
    """
    with reached(store) as shelf:
        watched = _watched(shelf, sweep_id)
        say_if_heard(_told(_looked_on(watched), watched, store))


def _watched(shelf: Catalogue, typed: str) -> Watched:
    from sweeps.cli.watched import Watched
    from sweeps.plan import expected_trials

    row = shelf.sweep(typed)
    sweep = shelf.sweep_of(row)
    return Watched(shelf, sweep, row.sweep_id, expected_trials(sweep))


def _looked_on(watched: Watched) -> Seen:
    """Show the sweep until nobody runs it any more, or Ctrl-C; how it was when last seen."""
    seen = watched.look()
    if seen.over:
        return seen
    with suppress(KeyboardInterrupt), _screen(watched) as show:
        while not seen.over:
            show(seen)
            wait(PAUSE)
            seen = _look(watched, seen, show)
        show(seen)
    return seen


def _look(watched: Watched, before: Seen, show: Callable[[Seen], None]) -> Seen:
    """A look, if need be as soon as what is asked is there again; that it is away is shown."""
    began = clock()
    while True:
        try:
            return watched.look()
        except LookupError as error:
            raise BadInputError(f"sweep {watched.sweep_id} was removed") from error
        except LedgerAwayError as error:
            if clock() - began > PATIENCE:
                raise
            show(replace(before, away=str(error)))
            wait(PAUSE)


@contextmanager
def _screen(watched: Watched) -> Iterator[Callable[[Seen], None]]:
    """A terminal's other screen, which leaves no trace; lines in a pipe."""
    if not on_terminal():
        changes = Changes()
        yield lambda seen: say(changes.lines(seen, clock()))
        return
    from rich.live import Live

    from sweeps.cli.watch_screen import drawn

    screen = console()
    with _put_back_by_sigterm(), Live(console=screen, screen=True, auto_refresh=False) as live:
        yield lambda seen: live.update(drawn(seen, watched.sweep, screen.size), refresh=True)


@contextmanager
def _put_back_by_sigterm() -> Iterator[None]:
    """Within it SIGTERM ends the command as an exit does, so that the terminal is put in order."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _told(seen: Seen, watched: Watched, store: StoreFlags) -> list[str]:
    """How the sweep stands; what was seen before is gone with the screen, or far up in a log."""
    row = seen.row
    said = [f"{state_of(seen)}, {', '.join(figures(seen))}"]
    if not watched.sweep.further:
        said += best_lines(seen.best, watched.sweep.objective.metric)
    if seen.over:
        said += ways_on(row.state, row.failed, row.sweep_id, store, None)
    return said
