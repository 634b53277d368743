"""`sweeps doctor`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.cli.endings import FAILED, BadInputError, complain, guarded
from sweeps.cli.examining import examine
from sweeps.cli.options import AsJson, TrackingUri
from sweeps.cli.screen import say
from sweeps.cli.store_flags import HERE, StoreOption
from sweeps.store import Store
from sweeps.wording import as_json as json_text
from sweeps.wording import count, lines, size

if TYPE_CHECKING:
    from sweeps.cli.finding import Finding


@guarded
def doctor(
    sweep_id: Annotated[
        str | None,
        typer.Argument(
            help="A sweep to look at instead: an id, the beginning of one, or `latest`.",
            metavar="ID",
            show_default=False,
        ),
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what MLflow has of the sweep.")
    ] = False,
    clear_cache: Annotated[
        bool, typer.Option("--clear-cache", help="Delete the compiled programs, and no more.")
    ] = False,
    store: StoreOption = HERE,
    tracking_uri: TrackingUri = None,
    as_json: AsJson = False,
) -> None:
    """Show what this machine has, or what is wrong with a sweep.

    Exits with 1 when something is wrong.
    """
    if clear_cache and (sweep_id is not None or repair):
        raise BadInputError("--clear-cache goes without a sweep and without --repair")
    if clear_cache:
        _clear(as_json)
        return
    if sweep_id is not None:
        examine(sweep_id, mend=repair, folder=store, uri=tracking_uri, as_json=as_json)
        return
    if repair:
        raise BadInputError("--repair mends a sweep: write which one, as in sweeps doctor latest")
    _check_machine(store.chosen, tracking_uri, as_json)


def _check_machine(store: Store, tracking_uri: str | None, as_json: bool) -> None:
    from sweeps.cli.checkup import check_up

    findings = list(check_up(store, tracking_uri))
    troubles = [finding.trouble for finding in findings if finding.trouble is not None]
    say([json_text(_fields(findings, troubles))] if as_json else _told(findings))
    for trouble in troubles:
        complain(trouble)
    if troubles:
        raise typer.Exit(FAILED)


def _clear(as_json: bool) -> None:
    from sweeps.trainers.fused.program_cache import clear, folder

    try:
        freed = clear()
    except OSError as error:
        complain(f"{folder()} cannot be cleared: {error.strerror}; delete it by hand")
        raise typer.Exit(FAILED) from error
    if as_json:
        say([json_text({"freed": asdict(freed) | {"folder": str(freed.folder)}})])
        return
    if freed.bytes == 0:
        say([f"nothing to free: no compiled programs in {freed.folder}"])
        return
    programs = count(freed.programs, "compiled program")
    say([f"freed {size(freed.bytes)}: {programs} in {freed.folder}"])


def _fields(findings: Sequence[Finding], troubles: Sequence[str]) -> dict[str, object]:
    named = {finding.name.lower().replace(" ", "_"): finding.facts for finding in findings}
    hints = [finding.hint for finding in findings if finding.hint is not None]
    return {"well": not troubles, "troubles": troubles, "hints": hints, **named}


def _told(findings: Sequence[Finding]) -> list[str]:
    """The parts in a column, the packages' versions in one of their own."""
    from sweeps.cli.checkup import PACKAGES

    said = {finding.name: finding.said for finding in findings}
    packages = next(finding.facts for finding in findings if finding.name == PACKAGES)
    hints = [f"hint: {finding.hint}" for finding in findings if finding.hint is not None]
    well = all(finding.trouble is None for finding in findings)
    told = [*lines(said, indent=""), *lines(packages), *hints]
    return [*told, "all is well"] if well else told
