"""`sweeps ls`, `sweeps status` and `sweeps best`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from sweeps.best_found import best_fields, front_fields, trial_fields
from sweeps.cli.advice_lines import advice_lines
from sweeps.cli.catalogue import LATEST, Catalogue
from sweeps.cli.chosen import exists, reached
from sweeps.cli.confirmed_lines import confirmed_lines
from sweeps.cli.costs import hours
from sweeps.cli.endings import FAILED, guarded
from sweeps.cli.front_lines import show_front
from sweeps.cli.options import AsJson, SweepId
from sweeps.cli.queue_lines import queue_facts
from sweeps.cli.screen import say, table
from sweeps.cli.store_flags import ANYWHERE, PlaceOption, StoreFlags
from sweeps.cli.syncing import lacks
from sweeps.cli.telling import best_lines, command, on_the_front, ways_on
from sweeps.cli.trust_lines import trust_lines
from sweeps.wording import as_json as json_text
from sweeps.wording import duration, lines, moment, reasons_in_words, shown, titled, waiting

if TYPE_CHECKING:
    from sweeps.ledger.records import SweepRow
    from sweeps.queue_place import QueuePlace
    from sweeps.sweep import Sweep
    from sweeps.trial import Reason, Result

    Listed = tuple[SweepRow, QueuePlace | None]


@guarded
def ls(store: PlaceOption = ANYWHERE, as_json: AsJson = False) -> None:
    """List sweeps, the most recent first."""
    listed: list[Listed] = []
    if store.service is not None or exists(store.chosen):
        with reached(store) as shelf:
            listed = shelf.listed()
    if as_json:
        say([json_text([asdict(row) | {"owner": _owner(job)} for row, job in listed])])
    elif not listed:
        say([f"no sweeps {_where(store)} yet"])
    else:
        there = _optional(listed)
        cells = [_cells(row, **there, owner_of=job) for row, job in listed]
        table(tuple(cells[0]), (tuple(each.values()) for each in cells))


def _where(store: PlaceOption) -> str:
    return f"in {store.chosen.place}" if store.service is None else f"at {store.service}"


def _owner(job: QueuePlace | None) -> str | None:
    return None if job is None else job.owner


def _optional(listed: Sequence[Listed]) -> dict[str, bool]:
    """Columns that are there where any sweep has any; owners where they differ."""
    some = {name: any(getattr(row, name) for row, _ in listed) for name in ("pruned", "race")}
    return some | {"owner": len({job.owner for _, job in listed if job is not None}) > 1}


def _cells(
    row: SweepRow, *, pruned: bool, race: bool, owner: bool, owner_of: QueuePlace | None
) -> dict[str, str]:
    """A row by the heads of its columns, of which some are optional."""
    return {
        "id": row.sweep_id,
        **({"owner": _owner(owner_of) or ""} if owner else {}),
        "name": row.name,
        "task": row.task,
        "search": row.backend,
        **({"race": row.race or ""} if race else {}),
        "state": row.state,
        "done": f"{row.done:,}",
        **({"pruned": f"{row.pruned:,}"} if pruned else {}),
        "failed": f"{row.failed:,}",
        "created": moment(row.created_ms),
        "time": duration(row.spent_seconds),
    }


@guarded
def status(
    sweep_id: SweepId = LATEST, store: PlaceOption = ANYWHERE, as_json: AsJson = False
) -> None:
    """Show how far a sweep is, and its best trial so far."""
    with reached(store) as there:
        shelf = there.looked_at_once()
        row = shelf.sweep(sweep_id)
        sweep, best = _sweep_and_best(shelf, row)
        front = _front(shelf, row, sweep)
        reasons = shelf.ledger.reasons(row.sweep_id, confirmations=False) if row.failed else {}
        advised = [] if as_json else _advised(shelf, row, store)
        job = shelf.place(row)
    expected = _expected(row, sweep)
    if as_json:
        found = {"expected": expected, "reasons": reasons, "best": trial_fields(sweep, best)}
        found |= {"job": None if job is None else asdict(job)}
        found |= front_fields(sweep, front) if front else {}
        say([json_text(asdict(row) | found)])
        return
    said = [titled(row), *lines(_facts(row, sweep, expected, reasons, store, job))]
    if front:
        said.append(on_the_front(len(front), row.sweep_id, store))
    else:
        said += best_lines(best, sweep.objective.metric)
    said += advised
    if row.holder is None:
        said += ways_on(row.state, row.failed + row.unconfirmed, row.sweep_id, store, None)
    elif row.state in ("pausing", "paused"):
        said.append(f"resume: {command('resume', row.sweep_id, store, None)}")
    say(said)


def _advised(shelf: Catalogue, row: SweepRow, store: StoreFlags) -> list[str]:
    return [*confirmed_lines(shelf, row, store), *advice_lines(shelf, row.sweep_id)]


def _expected(row: SweepRow, sweep: Sweep) -> int | None:
    """How many trials the sweep has; counting those of a large constrained grid takes seconds."""
    if row.state == "finished":
        return row.searched
    from sweeps.plan import expected_trials

    return expected_trials(sweep)


def _facts(
    row: SweepRow,
    sweep: Sweep,
    expected: int | None,
    reasons: Mapping[Reason, int],
    store: StoreFlags,
    job: QueuePlace | None,
) -> dict[str, str]:
    """What there is to say of a sweep, a line each."""
    from sweeps.ledger.records import QUEUED

    failed = f"{row.failed:,} failed" + (f" ({reasons_in_words(reasons)})" if reasons else "")
    pruned = f"{row.pruned:,} pruned, " if row.pruned else ""
    cancelled = f", {row.cancelled:,} cancelled" if row.cancelled else ""
    of = "an unknown number" if expected is None else f"{expected:,}"
    facts = {
        "search": f"{sweep.search.backend} on {sweep.subject.path or sweep.task.label}",
        "state": shown(row.state) + (f", {row.cause}" if row.cause else ""),
        **queue_facts(job),
        "trials": f"{row.done:,} done, {pruned}{failed}, {row.running:,} begun{cancelled}, of {of}",
        **_confirmations(row, sweep),
        "submitted" if row.state == QUEUED else "started": moment(row.created_ms),
        "time": duration(row.spent_seconds),
    }
    spent = hours(row.core_seconds, row.gpu_seconds)
    if spent is not None:
        facts["cost"] = spent
    if row.holder is not None:
        facts["run by"] = row.holder
    if row.unsent:
        facts["MLflow"] = f"{waiting(row.unsent)} to be sent"
    elif lacks(row):
        facts["MLflow"] = "does not know how it ended"
    if lacks(row) and store.service is None:
        facts["MLflow"] += f": {command('sync', row.sweep_id, store, None)}"
    return facts


def _confirmations(row: SweepRow, sweep: Sweep) -> dict[str, str]:
    top = sweep.evaluate.confirm_top
    if not top:
        return {}
    failed = f", {row.unconfirmed:,} failed" if row.unconfirmed else ""
    each = " each time" if row.confirmations > top else ""
    return {"confirmations": f"{row.confirmed:,} done{failed}, of the best {top:,}{each}"}


@guarded
def best(
    sweep_id: SweepId = LATEST, store: PlaceOption = ANYWHERE, as_json: AsJson = False
) -> None:
    """Show a sweep's best trial, and what of it can be trusted."""
    from sweeps.trust.looking_up import trust_in

    with reached(store) as there:
        shelf = there.looked_at_once()
        row = shelf.sweep(sweep_id)
        sweep, found = _sweep_and_best(shelf, row)
        front = _front(shelf, row, sweep)
        trust = trust_in(shelf.ledger, row.sweep_id)
    if front:
        _say_front(row, sweep, front, as_json)
        return
    if as_json:
        say([json_text(best_fields(sweep, found, front, trust))])
    else:
        say([titled(row), *best_lines(found, sweep.objective.metric)])
        if found is not None:
            say(["figures:", *lines(found.metrics)])
        if trust is not None:
            say(trust_lines(trust))
    if found is None:
        raise typer.Exit(FAILED)


def _front(shelf: Catalogue, row: SweepRow, sweep: Sweep) -> Sequence[Result]:
    """What there is instead of a best trial with several objectives."""
    from sweeps.pareto import front_kept

    return front_kept(shelf.ledger, sweep, row.sweep_id)


def _say_front(row: SweepRow, sweep: Sweep, front: Sequence[Result], as_json: bool) -> None:
    if as_json:
        say([json_text(front_fields(sweep, front))])
        return
    say([titled(row)])
    show_front(sweep, front, row.done)


def _sweep_and_best(shelf: Catalogue, row: SweepRow) -> tuple[Sweep, Result | None]:
    sweep = shelf.sweep_of(row)
    maximize = sweep.objective.goal == "maximize"
    return sweep, shelf.ledger.best(row.sweep_id, maximize=maximize)
