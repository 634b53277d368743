"""What `sweeps doctor SWEEP` says of one sweep."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from sweeps.cli.chosen import opened
from sweeps.cli.endings import FAILED, complain
from sweeps.cli.screen import progress, say
from sweeps.cli.store_flags import StoreFlags
from sweeps.cli.telling import command
from sweeps.store import Store
from sweeps.wording import as_json as json_text
from sweeps.wording import count, shown, waiting
from tracking.store_uri import resolve, without_credentials

if TYPE_CHECKING:
    from sweeps.doctor.diagnosis import Diagnosis
    from sweeps.doctor.repair import Repaired


def examine(typed: str, *, mend: bool, folder: StoreFlags, uri: str | None, as_json: bool) -> None:
    """Look at one sweep, with `mend` repair what MLflow has of it, and say what is wrong.

    Exits with 1 when something is, or when MLflow did not take what was to be sent again.
    """
    from sweeps.doctor.diagnosis import diagnose

    store = folder.chosen
    with opened(folder) as shelf:
        sweep_id = shelf.sweep(typed).sweep_id
    done = _repaired(store, sweep_id, uri) if mend else None
    found = diagnose(store, sweep_id, tracking_uri=uri) if done is None else done.diagnosis
    say([json_text(_fields(found, done))] if as_json else _told(found, done, folder, uri))
    for line in _troubles(found):
        complain(line)
    if not as_json:
        say(_ways_out(found, store, folder, uri))
    if not found.well or (done is not None and (found.unsent or not found.end_sent)):
        raise typer.Exit(FAILED)


def _repaired(store: Store, sweep_id: str, uri: str | None) -> Repaired:
    from sweeps.doctor.repair import repair

    with progress(aside=True) as watcher:
        return repair(store, sweep_id, tracking_uri=uri, watcher=watcher)


def _fields(found: Diagnosis, done: Repaired | None) -> dict[str, Any]:
    fields = asdict(found) | {"well": found.well}
    fields["violations"] = [
        {
            "rule": violation.rule,
            "place": violation.place,
            "said": violation.said,
            "trials": violation.trials,
            "mendable": violation.mend is not None,
        }
        for violation in found.violations
    ]
    if done is not None:
        deeds = {"removed": done.removed, "resent": done.resent, "end": done.end}
        deeds |= {"anew": done.anew}
        fields["repaired"] = deeds
    return fields


def _told(
    found: Diagnosis, done: Repaired | None, folder: StoreFlags, uri: str | None
) -> list[str]:
    lines = [] if done is None else [_deeds(done)]
    runs = "" if found.runs is None else f", {count(found.runs, 'run')} in MLflow"
    trials = count(found.trials, "trial")
    lines.append(f"{found.name} {found.sweep_id}: {shown(found.state)}, {trials}{runs}")
    if found.holder is not None:
        lines.append(f"{found.holder} runs it: looked at as it stands")
    elif found.unsent or not found.end_sent:
        what = waiting(found.unsent) if found.unsent else "how it ended waits"
        lines.append(f"{what} to be sent to MLflow: {command('sync', found.sweep_id, folder, uri)}")
    return [*lines, "all is well"] if found.well else lines


def _deeds(done: Repaired) -> str:
    """What a repair did."""
    deeds = [
        f"{count(done.removed, 'run')} deleted" if done.removed else "",
        f"{count(done.resent, 'trial')} sent again" if done.resent else "",
        "the sweep's end sent again" if done.end else "",
        "all of it anew, since later figures stood in the sweep's run" if done.anew else "",
    ]
    return (
        f"mended: {', '.join(filter(None, deeds))}" if any(deeds) else "nothing to mend in MLflow"
    )


def _troubles(found: Diagnosis) -> list[str]:
    lines = [violation.line for violation in found.violations]
    if found.unreachable is not None:
        lines.append(f"only the ledger was looked at: {found.unreachable}")
    return lines


def _ways_out(found: Diagnosis, store: Store, folder: StoreFlags, uri: str | None) -> list[str]:
    lines = []
    if any(violation.mend is not None for violation in found.violations):
        if found.runs == 0:
            lines.append(
                f"{without_credentials(resolve(uri))} has no run of this sweep at all: if its "
                "trials were logged elsewhere, say where with --tracking-uri"
            )
        again = command("doctor", found.sweep_id, folder, uri, "--repair")
        lines.append(f"to mend what can be mended in MLflow: {again}")
    if any(violation.mend is None for violation in found.violations):
        lines.append(
            f"what is wrong in the ledger is not mended: restore a copy of {store.place}, or run "
            "the sweep's file again"
        )
    return lines
