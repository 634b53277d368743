"""How a sweep has gone so far, without reading any result."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from sweeps.ledger import schema
from sweeps.trial import Reason


@dataclass(frozen=True)
class Passed:
    """A trial that was begun. Times are milliseconds since 1970; `ended_ms` is None without end.

    `score` is None for one without; `confirms` tells that it trains a configuration once more.
    """

    number: int
    state: str
    score: float | None
    reason: Reason | None
    started_ms: int
    ended_ms: int | None
    confirms: bool


def course_of(
    connection: Connection, sweep_id: str, after: int = -1, limit: int | None = None
) -> list[Passed]:
    """The trials that were begun, by number: the next after that one, or all."""
    trial = schema.trial.c
    query = (
        select(
            trial.number,
            trial.state,
            trial.score,
            trial.reason,
            trial.started_ms,
            trial.ended_ms,
            trial.confirms,
        )
        .where(trial.sweep_id == sweep_id, trial.number > after)
        .order_by(trial.number)
        .limit(limit)
    )
    return [Passed(*row[:-1], confirms=row[-1] is not None) for row in connection.execute(query)]
