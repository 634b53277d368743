"""`sweeps ui`."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Annotated

import typer

from sweeps.cli.chosen import LATEST, exists, opened
from sweeps.cli.endings import guarded
from sweeps.cli.options import SweepId, TrackingUri
from sweeps.cli.screen import say
from sweeps.cli.store_flags import HERE, StoreOption


@guarded
def ui(
    sweep_id: SweepId = LATEST,
    store: StoreOption = HERE,
    tracking_uri: TrackingUri = None,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            metavar="N",
            min=1,
            max=65535,
            help="The port of MLflow's server; 5000, or a free one, when left out.",
        ),
    ] = None,
) -> None:
    """Open MLflow's interface on a sweep.

    It is served on this machine alone; the link is printed. Ctrl-C ends it.
    """
    from tracking.ui import find_sweep_link, serving_ui

    found: str | None = None
    if sweep_id != LATEST or exists(store.chosen):
        with opened(store) as shelf:
            found = shelf.sweep(sweep_id).sweep_id
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _terminate)
    say(["starting MLflow's interface, which takes some seconds"])
    with serving_ui(tracking_uri, port) as address:
        say([f"MLflow: {address}"])
        link = None if found is None else find_sweep_link(tracking_uri, found, address)
        if link is not None:
            say([f"sweep {found}: {link}"])
        say(["Ctrl-C ends it"])
        threading.Event().wait()


def _terminate(number: int, _frame: FrameType | None) -> None:
    """End as if interrupted, so that the server we started ends with us."""
    raise SystemExit(128 + number)
