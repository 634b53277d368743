"""`sweeps pause`, `sweeps stop` and `sweeps cancel`: commands for whoever runs a sweep."""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING, Literal

import typer

from sweeps.cli.catalogue import LATEST, Catalogue
from sweeps.cli.chosen import reached
from sweeps.cli.endings import FAILED, BadInputError, complain, guarded
from sweeps.cli.options import SweepId, TrackingUri
from sweeps.cli.screen import progress, say, say_if_heard
from sweeps.cli.store_flags import ANYWHERE, PlaceOption, StoreFlags
from sweeps.cli.telling import command, farewell
from sweeps.refusals import HEARD, NOTHING_LEFT, is_over, is_run_by_nobody, is_stopping
from sweeps.wording import count, shown, titled

if TYPE_CHECKING:
    from sweeps.ledger.orders import Command
    from sweeps.ledger.records import SweepRow
    from sweeps.sweep import Sweep

PATIENCE = 10.0
GLANCE = 0.1
"""Seconds that a command waits to be heard, and between two looks."""


@guarded
def pause(sweep_id: SweepId = LATEST, store: PlaceOption = ANYWHERE) -> None:
    """Begin nothing new until the sweep is resumed.

    What runs is finished. The process stays, and `sweeps resume` tells it to go on.
    """
    with reached(store) as shelf:
        row = shelf.sweep(sweep_id)
        if row.holder is None:
            _hold(shelf, row, store)
            return
        if row.state == "stopping":
            raise BadInputError(is_stopping(row))
        found = obeyed(shelf, row, "pause")
    first = "what runs is finished first; " if found.state == "pausing" else ""
    resume = command("resume", row.sweep_id, store, None)
    say([f"{titled(found)}: {found.state}; {first}to go on: {resume}"])


@guarded
def stop(
    sweep_id: SweepId = LATEST, store: PlaceOption = ANYWHERE, tracking_uri: TrackingUri = None
) -> None:
    """End a sweep for good, after what runs is finished.

    Trials that have not begun never will. A sweep that nobody runs ends as it is.
    """
    _end("stop", sweep_id, store, tracking_uri)


@guarded
def cancel(
    sweep_id: SweepId = LATEST, store: PlaceOption = ANYWHERE, tracking_uri: TrackingUri = None
) -> None:
    """End a sweep for good, at once.

    What runs is lost; results that exist are kept. A sweep that nobody runs ends as it is.
    """
    _end("cancel", sweep_id, store, tracking_uri)


def refuse_tracking_uri(store: StoreFlags, uri: str | None) -> None:
    """Raise BadInputError where a service is asked: its operator says where trials are logged."""
    if store.service is not None and uri is not None:
        raise BadInputError("--tracking-uri goes without --server: the service has one of its own")


def obeyed(shelf: Catalogue, row: SweepRow, wanted: Command) -> SweepRow:
    """Leave a command for the process that runs the sweep; how the sweep stands when it was heard.

    Ends this program when nobody has heard it in time, or when the sweep ended otherwise.
    """
    # Who rests already would take a pause for a new one, and show that it is on its way to it.
    left = row.state not in HEARD[wanted] and shelf.leave(row, wanted)
    until = monotonic() + PATIENCE
    found = shelf.ledger.sweep(row.sweep_id)
    while left and found.state not in HEARD[wanted] and found.holder:
        if monotonic() >= until:
            complain(
                f"{titled(row)}: {found.holder} has not answered for {PATIENCE:.0f} s; it will "
                f"{wanted} the sweep when it comes to it"
            )
            raise typer.Exit(FAILED)
        sleep(GLANCE)
        found = shelf.ledger.sweep(row.sweep_id)
    if found.state not in HEARD[wanted]:
        complain(f"{titled(row)} is {shown(found.state)}: it ended before it could {wanted}")
        raise typer.Exit(FAILED)
    return found


def _hold(shelf: Catalogue, row: SweepRow, store: StoreFlags) -> None:
    """What nobody runs may wait in a queue."""
    if not shelf.hold(row):
        raise BadInputError(_nobody(row, store))
    resume = command("resume", row.sweep_id, store, None)
    say([f"{titled(row)}: held in the queue; to let it begin: {resume}"])


def _nobody(row: SweepRow, store: StoreFlags) -> str:
    line = is_run_by_nobody(row)
    if row.state in ("interrupted", "crashed", "failed"):
        line += f"; to go on: {command('resume', row.sweep_id, store, None)}"
    return line


def _end(wanted: Literal["stop", "cancel"], typed: str, store: StoreFlags, uri: str | None) -> None:
    refuse_tracking_uri(store, uri)
    state: Literal["stopped", "cancelled"] = "stopped" if wanted == "stop" else "cancelled"
    with reached(store) as shelf:
        row = shelf.sweep(typed)
        if row.state in NOTHING_LEFT:
            raise BadInputError(is_over(row, wanted))
        sweep = shelf.sweep_of(row)
        if row.holder is not None:
            found = obeyed(shelf, row, wanted)
            say([f"{titled(found)}: {found.state}; {_left(found, sweep)}"])
            return
        never_began = shelf.withdraw(row, state)
        left = _left(row, sweep)
        say([f"{titled(row)} is {shown(row.state)}, and nobody runs it: {state}, {left}"])
    if never_began:
        return
    if store.service is None:
        _conclude(row, sweep, state, store, uri)
        return
    from sweeps.cli.following import concluded

    concluded(row, sweep, wanted, store)


def _left(row: SweepRow, sweep: Sweep) -> str:
    """What becomes of the trials that have no result."""
    from sweeps.plan import expected_trials

    expected, done = expected_trials(sweep), row.searched
    if expected is None or expected < done:
        return f"what {count(done, 'trial')} brought is kept"
    if row.state == "stopping":
        rest = count(expected - done, "trial")
        return f"what runs is finished first, the rest of {rest} will never run"
    return f"{expected - done:,} of {expected:,} trials will never run"


def _conclude(
    row: SweepRow,
    sweep: Sweep,
    state: Literal["stopped", "cancelled"],
    store: StoreFlags,
    uri: str | None,
) -> None:
    from sweeps import coordinator
    from sweeps.reports.sweep_report import sweep_report

    with progress() as watcher:
        summary = coordinator.conclude(
            row.sweep_id,
            state,
            store=store.chosen,
            tracking_uri=uri,
            watcher=watcher,
            report=sweep_report,
        )
    say_if_heard(farewell(summary, sweep.objective.metric, store, uri))
