"""An earlier sweep of the same store."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from search_spaces import SpaceError
from search_spaces.errors import Path
from sweeps.errors import SweepError
from sweeps.parts import Parts
from sweeps.provenance import Provenance
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep
from sweeps.trial import Result
from sweeps.warm_start.earlier import Earlier, Tried

if TYPE_CHECKING:
    from sweeps.ledger.records import SweepRow
    from sweeps.ledger.view import LedgerView

LATEST = "latest"
MOST_NAMED = 5


def sweep_called(ledger: LedgerView, name: str, path: Path) -> SweepRow:
    """The sweep whose id begins so, the only one of that name, or the most recent one.

    Raises SweepError.
    """
    rows = ledger.sweeps()
    if name == LATEST and rows:
        return rows[-1]
    named = [row for row in rows if row.name == name]
    if len(named) == 1:
        return named[0]
    if named:
        ids = ", ".join(row.sweep_id for row in named[::-1][:MOST_NAMED])
        message = f"{len(named):,} sweeps are called {name!r}: write an id, such as {ids}"
        raise SweepError(message, path)
    try:
        return ledger.sweep(name)
    except LookupError as error:
        raise SweepError(str(error.args[0]), path) from None


def earlier_sweep(ledger: LedgerView, sweep_id: str, parts: Parts, path: Path) -> Earlier:
    """What has come of it so far, confirmations left out.

    Raises SweepError when it was judged by something else.
    """
    before = _description(ledger, sweep_id, path)
    results = [one for one in ledger.briefs(sweep_id) if one.score is not None]
    results = [one for one in results if one.trial.confirms is None]
    _check_objectives(sweep_id, before, parts.sweep, results, path)
    metrics = [one.metric for one in parts.sweep.objectives]
    tried = tuple(_tried(one, metrics) for one in results)
    return Earlier(sweep_id, tried, tuple(_otherwise(ledger, sweep_id, before, parts)))


def _description(ledger: LedgerView, sweep_id: str, path: Path) -> Sweep:
    try:
        return read_sweep(ledger.document(sweep_id))
    except SpaceError as error:
        message = f"what {sweep_id} searched can no longer be read: {error}"
        raise SweepError(message, path) from error


def _check_objectives(
    name: str, before: Sweep, sweep: Sweep, results: list[Result], path: Path
) -> None:
    goals = {one.metric: one.goal for one in before.objectives}
    for wanted in sweep.objectives:
        if goals.get(wanted.metric, wanted.goal) != wanted.goal:
            opposite = f"{name} is to {goals[wanted.metric]} {wanted.metric}"
            raise SweepError(f"{opposite}, this sweep to {wanted.goal} it", path)
        if wanted.metric not in goals and not any(wanted.metric in one.metrics for one in results):
            judged = ", ".join(goals)
            message = f"{name} is judged by {judged} and has not measured {wanted.metric}"
            raise SweepError(f"{message}, which this sweep is judged by", path)


def _tried(result: Result, metrics: Sequence[str]) -> Tried:
    return Tried(
        config=result.trial.config,
        values=tuple(result.metrics.get(name, math.nan) for name in metrics),
        complete=result.defined is None,
        defined=result.defined,
        unfit=_unfit(result, metrics),
    )


def _unfit(result: Result, metrics: Sequence[str]) -> str:
    missing = [name for name in metrics if name not in result.metrics]
    if missing:
        return f"{missing[0]} was not measured"
    budget, epochs = result.trial.budget, result.trial.config.get("epochs")
    if budget is None or epochs is None or budget == epochs:
        return ""
    return f"trained for {budget} of {epochs} epochs"


def _otherwise(ledger: LedgerView, sweep_id: str, before: Sweep, parts: Parts) -> Iterator[str]:
    sweep = parts.sweep
    if before.subject != sweep.subject:
        yield "another model"
    kept = ledger.provenance(sweep_id)
    rows = None if kept is None else Provenance.from_json(kept).rows
    if before.task != sweep.task or rows not in (None, parts.problem.task.digest()):
        yield "other rows"
    if before.evaluate != sweep.evaluate:
        yield "another evaluation"
