"""Looking on at a sweep of a service as at a run of one's own; imported where one is asked."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from time import monotonic, sleep
from typing import Literal, NoReturn

import typer

from sweeps.cli.advice_lines import advice_after
from sweeps.cli.distant import Distant, connected
from sweeps.cli.endings import FAILED, INTERRUPTED, complain
from sweeps.cli.screen import progress, say_if_heard
from sweeps.cli.store_flags import StoreFlags
from sweeps.cli.telling import command, exit_code, farewell
from sweeps.client import commands
from sweeps.client.info import Info
from sweeps.client.looking_on import Session, look_on, summary_of
from sweeps.ledger.records import FINAL, SweepRow
from sweeps.sweep import Sweep
from sweeps.trial import Reason
from sweeps.wording import titled

PATIENCE = 60.0
GLANCE = 0.25
"""Seconds that an end is waited for which the service sees to, and between two looks."""


def followed(
    distant: Distant,
    session: Session,
    store: StoreFlags,
    begin: Callable[[], Info] | None = None,
) -> NoReturn:
    """Have the service begin, look on to the end, tell how that was, and exit with its code.

    Ctrl-C ends the looking, and leaves the sweep alone.
    """
    row = session.row
    if begin is not None:
        begin()
    try:
        with progress() as watcher:
            summary = look_on(distant.ledger, session, watcher)
    except KeyboardInterrupt:
        again = command("watch", row.sweep_id, store, None)
        stop = command("stop", row.sweep_id, store, None)
        say_if_heard([f"{titled(row)} goes on at the service; to look: {again}; to end it: {stop}"])
        raise typer.Exit(INTERRUPTED) from None
    advised = advice_after(summary, store)
    say_if_heard(farewell(summary, session.sweep.objective.metric, store, None, advised))
    raise typer.Exit(exit_code(summary))


def resumed(row: SweepRow, sweep: Sweep, store: StoreFlags) -> NoReturn:
    """Have the service go on with a sweep, and look on."""
    with connected(store) as distant:
        begin = partial(commands.order, distant.connection, row.sweep_id, "resume")
        followed(distant, Session.following(distant.ledger, sweep, row), store, begin)


def retried(
    row: SweepRow,
    sweep: Sweep,
    store: StoreFlags,
    reasons: Collection[Reason] | None,
    trials: int,
) -> NoReturn:
    """Have so many trials run again that failed for one of the reasons, and look on."""
    with connected(store) as distant:
        begin = partial(commands.retry, distant.connection, row.sweep_id, reasons)
        session = Session.following(distant.ledger, sweep, row, retried=trials)
        followed(distant, session, store, begin)


def extended(
    row: SweepRow, sweep: Sweep, store: StoreFlags, trials: int, told: Callable[[], None]
) -> NoReturn:
    """Have a sweep go on with more trials, and look on; `told` once the service has agreed."""

    def begin() -> Info:
        info = commands.extend(distant.connection, row.sweep_id, trials)
        told()
        return info

    with connected(store) as distant:
        session = Session.following(distant.ledger, sweep, row, added=trials)
        followed(distant, session, store, begin)


def concluded(
    row: SweepRow, sweep: Sweep, wanted: Literal["stop", "cancel"], store: StoreFlags
) -> None:
    """Have a sweep that nobody runs end for good, and tell how it stands then."""
    with connected(store) as distant:
        session = Session.following(distant.ledger, sweep, row)
        commands.order(distant.connection, row.sweep_id, wanted)
        _await_end(distant, row, wanted)
        with progress() as watcher:
            summary = summary_of(distant.ledger, session)
            watcher.ended(summary)
    say_if_heard(farewell(summary, sweep.objective.metric, store, None))


def _await_end(distant: Distant, row: SweepRow, wanted: str) -> None:
    until = monotonic() + PATIENCE
    while distant.ledger.sweep(row.sweep_id).state not in FINAL:
        if monotonic() >= until:
            complain(
                f"{titled(row)}: the service has not come to it for {PATIENCE:.0f} s; it will "
                f"{wanted} the sweep when it does"
            )
            raise typer.Exit(FAILED)
        sleep(GLANCE)
