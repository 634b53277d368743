"""`sweeps ls`, `sweeps status` and `sweeps best`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from sweeps.cli.chosen import LATEST, Shelf, exists, opened
from sweeps.cli.endings import FAILED, guarded
from sweeps.cli.options import AsJson, StoreOption, SweepId
from sweeps.cli.screen import say, table
from sweeps.cli.telling import best_lines, command
from sweeps.cli.wording import as_json as json_text
from sweeps.cli.wording import duration, lines, moment, waiting
from sweeps.store import Store

if TYPE_CHECKING:
    from sweeps.ledger_records import SweepRow
    from sweeps.sweep import Sweep
    from sweeps.trial import Result


@guarded
def ls(store: StoreOption = None, as_json: AsJson = False) -> None:
    """List sweeps, the most recent first."""
    rows: list[SweepRow] = []
    if exists(Store.at(store)):
        with opened(store) as shelf:
            rows = shelf.ledger.sweeps()[::-1]
    if as_json:
        say([json_text([asdict(row) for row in rows])])
    elif not rows:
        say([f"no sweeps in {Store.at(store).folder} yet"])
    else:
        columns = ("id", "name", "task", "search", "state", "done", "failed", "started", "time")
        table(columns, map(_cells, rows))


def _cells(row: SweepRow) -> tuple[str, ...]:
    return (
        row.sweep_id,
        row.name,
        row.task,
        row.backend,
        row.state,
        f"{row.done:,}",
        f"{row.failed:,}",
        moment(row.created_ms),
        duration(row.spent_seconds),
    )


@guarded
def status(sweep_id: SweepId = LATEST, store: StoreOption = None, as_json: AsJson = False) -> None:
    """Show how far a sweep is, and its best trial so far."""
    from sweeps.plan import expected_trials

    with opened(store) as shelf:
        row = shelf.sweep(sweep_id)
        sweep, best = _sweep_and_best(shelf, row)
    expected = expected_trials(sweep)
    if as_json:
        found = asdict(row) | {"expected": expected, "best": _best_fields(sweep, best)}
        say([json_text(found)])
        return
    unknown = "an unknown number" if expected is None else f"{expected:,}"
    facts = {
        "search": f"{row.backend} on {row.task}",
        "state": row.state,
        "trials": f"{row.done:,} done, {row.failed:,} failed, {row.running:,} begun, of {unknown}",
        "started": moment(row.created_ms),
        "time": duration(row.spent_seconds),
    }
    if row.unsent:
        facts["MLflow"] = f"{waiting(row.unsent)} to be sent; resuming sends them"
    say([f"{row.name} {row.sweep_id}", *lines(facts), *best_lines(best, sweep.objective.metric)])
    if row.state not in ("finished", "out_of_time") or row.unsent:
        say([f"resume: {command('resume', row.sweep_id, store, None)}"])


@guarded
def best(sweep_id: SweepId = LATEST, store: StoreOption = None, as_json: AsJson = False) -> None:
    """Show a sweep's best trial."""
    with opened(store) as shelf:
        row = shelf.sweep(sweep_id)
        sweep, found = _sweep_and_best(shelf, row)
    if as_json:
        say([json_text(_best_fields(sweep, found))])
    else:
        say([f"{row.name} {row.sweep_id}", *best_lines(found, sweep.objective.metric)])
        if found is not None:
            say(["figures:", *lines(found.metrics)])
    if found is None:
        raise typer.Exit(FAILED)


def _sweep_and_best(shelf: Shelf, row: SweepRow) -> tuple[Sweep, Result | None]:
    from sweeps.reading import read_sweep
    from sweeps.remembering import best_of

    sweep = read_sweep(shelf.ledger.document(row.sweep_id))
    return sweep, best_of(sweep, shelf.ledger.briefs(row.sweep_id))


def _best_fields(sweep: Sweep, best: Result | None) -> dict[str, Any] | None:
    if best is None:
        return None
    return {
        "trial": best.trial.number,
        "metric": sweep.objective.metric,
        "score": best.score,
        "config": best.trial.config,
        "budget": best.trial.budget,
        "metrics": best.metrics,
        "seconds": best.seconds,
    }
