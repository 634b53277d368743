"""`sweeps report`."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.cli.catalogue import LATEST
from sweeps.cli.chosen import opened
from sweeps.cli.endings import FAILED, BadInputError, complain, guarded, show_lines
from sweeps.cli.options import SweepId
from sweeps.cli.screen import say
from sweeps.cli.store_flags import ANYWHERE, PlaceOption, StoreFlags
from sweeps.wording import titled

if TYPE_CHECKING:
    from sweeps.found import Found
    from sweeps.store import Store


@guarded
def report(
    sweep_id: SweepId = LATEST,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where the page is written; among the store's reports when left out, and of a "
            "service's sweep here.",
        ),
    ] = None,
    residuals: Annotated[
        bool,
        typer.Option(
            "--residuals",
            help="Of a regression: train the winner once more, and show how far it is off.",
        ),
    ] = False,
    open_it: Annotated[bool, typer.Option("--open", help="Show it in a browser.")] = False,
    store: PlaceOption = ANYWHERE,
) -> None:
    """Write a page with pictures and tables of a sweep.

    Of what is known by now, as one HTML file that needs nothing else, and can be sent to somebody.
    """
    if output is not None and not output.absolute().parent.is_dir():
        raise BadInputError(f"no folder {output.absolute().parent} to write {output.name} into")
    if store.service is None:
        page = _drawn(sweep_id, store, residuals=residuals)
        if output is not None:
            output.write_bytes(page.read_bytes())
            page = output
    else:
        page = _fetched(sweep_id, store, output, residuals=residuals)
    say([f"report: {page}"])
    if open_it and not webbrowser.open(page.absolute().as_uri()):
        say(["no browser could be started here"])


def _drawn(sweep_id: str, store: StoreFlags, *, residuals: bool) -> Path:
    """The page, in the store."""
    from sweeps.found import found_of
    from sweeps.reports.sweep_report import PAGE, sweep_report

    with opened(store) as shelf:
        found = found_of(shelf.ledger, shelf.sweep(sweep_id).sweep_id)
    folder = store.chosen.reports(found.row.sweep_id)
    folder.mkdir(parents=True, exist_ok=True)
    if residuals:
        _tried(found, store.chosen, folder)
    if not sweep_report(found, folder):
        say([f"{found.sweep.name} {found.row.sweep_id}: no trial has a score yet"])
        raise typer.Exit(FAILED)
    return folder / PAGE


def _fetched(sweep_id: str, store: StoreFlags, output: Path | None, *, residuals: bool) -> Path:
    """The page as the service draws it."""
    from sweeps.cli.distant import connected

    if residuals:
        raise BadInputError(
            "--residuals trains the winner once more, which is done on this machine: leave "
            "--server out, and run it where the service's store is"
        )
    with connected(store) as distant:
        row = distant.sweep(sweep_id)
        if not row.done + row.confirmed:
            say([f"{titled(row)}: no trial has a score yet"])
            raise typer.Exit(FAILED)
        text = distant.ledger.report(row.sweep_id)
    page = output or Path(f"report-{row.sweep_id}.html")
    page.write_text(text, encoding="utf-8")
    return page


def _tried(found: Found, store: Store, folder: Path) -> None:
    """Keep what the winner predicts for the test rows in the folder."""
    from sweeps.exporting.manifest import ExportError
    from sweeps.exporting.predictions import residuals
    from sweeps.reports.material import Material
    from sweeps.trainers.refitting.refit import RefitError, UnexportableError

    trial = Material(found).winning_trial
    if trial is None:
        raise BadInputError(f"sweep {found.row.sweep_id} has no single best trial to be tried")
    try:
        kept = residuals(found.sweep, found.row.sweep_id, trial, store, lambda line: say([line]))
    except (ExportError, UnexportableError, ValueError) as error:
        raise BadInputError(str(error)) from error
    except RefitError as error:
        complain(str(error))
        show_lines(error.lines)
        raise typer.Exit(FAILED) from error
    kept.write(folder)
