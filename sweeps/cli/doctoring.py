"""`sweeps doctor`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.cli.endings import FAILED, complain, guarded
from sweeps.cli.options import AsJson, StoreOption, TrackingUri
from sweeps.cli.screen import say
from sweeps.cli.wording import as_json as json_text
from sweeps.cli.wording import count, lines, size
from sweeps.store import Store

if TYPE_CHECKING:
    from sweeps.cli.checkup import Finding


PACKAGES = "packages"


@guarded
def doctor(
    clear_cache: Annotated[
        bool, typer.Option("--clear-cache", help="Delete the compiled programs, and no more.")
    ] = False,
    store: StoreOption = None,
    tracking_uri: TrackingUri = None,
    as_json: AsJson = False,
) -> None:
    """Show what this machine has for sweeps, and what is wrong with it.

    Exits with 1 when something is.
    """
    if clear_cache:
        _clear(as_json)
        return
    from sweeps.cli.checkup import check_up

    findings = check_up(Store.at(store), tracking_uri)
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
    return {"well": not troubles, "troubles": troubles, **named}


def _told(findings: Sequence[Finding]) -> list[str]:
    """The parts in a column, the packages' versions in one of their own."""
    said = {finding.name: finding.said for finding in findings}
    packages = next(finding.facts for finding in findings if finding.name == PACKAGES)
    well = all(finding.trouble is None for finding in findings)
    return [*lines(said, indent=""), *lines(packages), *(["all is well"] if well else [])]
