"""What the ledger holds of a sweep's trials, column by column, before anybody trusts it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, select

from sweeps.errors import NoSweepError
from sweeps.ledger import schema
from sweeps.ledger.view import LedgerView
from sweeps.pruning.progress import Known, known_from
from sweeps.result_json import result_from_json
from sweeps.trial import Result, Trial

NOT_READABLE = (ValueError, KeyError, TypeError, AttributeError)
"""What JSON that is cut short, or is of another kind, raises when it is taken for a result."""


@dataclass(frozen=True)
class KeptTrial:
    """A row of the trial table; `result` is what its text says, None without one.

    `known` is what is kept of a trial that is trained a stage at a time, None where nothing is.
    `unreadable` tells why any of it cannot be read.
    """

    trial: Trial
    state: str
    attempt: int
    tries: int
    wave: int
    told_failed: bool
    started_ms: int
    ended_ms: int | None
    score: float | None
    reason: str | None
    shipped: bool
    result: Result | None
    known: Known | None = None
    unreadable: str | None = None

    @property
    def number(self) -> int:
        """Of the trial."""
        return self.trial.number


class Evidence(LedgerView):
    """The ledger as somebody reads it who looks for faults."""

    def kept(self, sweep_id: str) -> Iterator[KeptTrial]:
        """Every trial, by number, its result whole."""
        for row in self._rows(sweep_id):
            yield _kept(row)

    def stands(self, sweep_id: str) -> Any:
        """The sweep's row. Raises NoSweepError when there is none."""
        of_sweep = select(schema.sweep).where(schema.sweep.c.id == sweep_id)
        with self.reading() as connection:
            row = connection.execute(of_sweep).first()
        if row is None:
            raise NoSweepError(f"no sweep {sweep_id!r} in this store")
        return row

    def job(self, sweep_id: str) -> Any:
        """The row of its job; None of a sweep that was never in the queue."""
        of_sweep = select(schema.job).where(schema.job.c.sweep_id == sweep_id)
        with self.reading() as connection:
            return connection.execute(of_sweep).first()


def _kept(row: Row[Any]) -> KeptTrial:
    trial = Trial(row.number, {}, row.budget, row.parent, row.confirms)
    result, known, unreadable = None, None, None
    try:
        trial = replace(trial, config=json.loads(row.config))
        if row.result is not None:
            result = result_from_json(trial, row.result)
            _check_figures(result)
        if row.stages is not None:
            known = known_from(trial, row.stages)
            if known.past is not None:
                _check_figures(known.past)
    except NOT_READABLE as error:
        unreadable = f"{type(error).__name__}: {error}"
    return KeptTrial(
        trial=trial,
        state=row.state,
        attempt=row.attempt,
        tries=row.tries,
        wave=row.wave,
        told_failed=row.told_failed,
        started_ms=row.started_ms,
        ended_ms=row.ended_ms,
        score=row.score,
        reason=row.reason,
        shipped=row.shipped,
        result=result,
        known=known,
        unreadable=unreadable,
    )


def _check_figures(result: Result) -> None:
    """Raise TypeError unless figures are numbers."""
    figures = [result.seconds, *result.metrics.values()]
    figures += [value for values in result.history.values() for value in values]
    figures += [value for part in result.parts for value in part.metrics.values()]
    figures += [value for _, value in result.reported]
    if result.score is not None:
        figures.append(result.score)
    for figure in figures:
        if isinstance(figure, bool) or not isinstance(figure, int | float):
            raise TypeError(f"{figure!r} is no number")
