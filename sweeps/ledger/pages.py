"""Reading the ledger a page at a time: stores of thousands of sweeps, and of a million trials."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from sweeps.ledger import schema
from sweeps.ledger.course import Passed, course_of
from sweeps.ledger.jobs import Job, job_from
from sweeps.ledger.listing import listing
from sweeps.ledger.records import (
    ACTIVE,
    ENDED,
    Begun,
    SweepRow,
    begun_of,
    is_held,
    sweep_row,
)
from sweeps.ledger.view import LedgerView
from sweeps.result_json import brief_from_json
from sweeps.trial import Result, Trial

AT_ONCE = 500
"""Sweeps that are looked at together while those with a holder are told from those without."""

Place = tuple[int, str]
"""Of a sweep among all, by age: when it was created, and its id."""

End = tuple[int, int]
"""Of a trial with a result, among those of its sweep: when it ended, and its number."""

NONE_ENDED: End = (0, -1)


@dataclass(frozen=True)
class Wanted:
    """Which sweeps are meant; None where that does not matter.

    `state` is as a listing shows it, `crashed` included; `owner` is who submitted it to a service.
    """

    state: str | None = None
    owner: str | None = None
    name: str | None = None
    task: str | None = None


ALL = Wanted()


def page(
    view: LedgerView, wanted: Wanted, before: Place | None, limit: int
) -> tuple[list[SweepRow], Place | None]:
    """The newest sweeps that are wanted and older than `before`, newest first.

    With where the next page begins, None when there is none.
    """
    with view.reading() as connection:
        places = _newest(connection, wanted, before, limit + 1)
        ids = [sweep_id for _, sweep_id in places[:limit]]
        counted = connection.execute(listing().where(schema.sweep.c.id.in_(ids)))
        rows = {row.id: sweep_row(row) for row in counted}
    after = places[limit - 1] if len(places) > limit else None
    return [rows[sweep_id] for sweep_id in ids if sweep_id in rows], after


def documents(view: LedgerView, ids: Collection[str]) -> dict[str, str]:
    """The descriptions of these sweeps as JSON, by id."""
    sweep = schema.sweep.c
    query = select(sweep.id, sweep.document).where(sweep.id.in_(ids))
    with view.reading() as connection:
        return {row.id: row.document for row in connection.execute(query)}


def names(view: LedgerView, ids: Collection[str]) -> dict[str, str]:
    """What these sweeps are called, by id."""
    sweep = schema.sweep.c
    query = select(sweep.id, sweep.name).where(sweep.id.in_(ids))
    with view.reading() as connection:
        return {row.id: row.name for row in connection.execute(query)}


def answers(view: LedgerView) -> None:
    """Return when the ledger does. Raises LedgerError."""
    with view.reading() as connection:
        connection.execute(select(schema.ledger.c.version)).scalar()


def jobs_of(view: LedgerView, ids: Collection[str]) -> dict[str, Job]:
    """The jobs of those of these sweeps that were ever in the queue, by id."""
    query = select(schema.job).where(schema.job.c.sweep_id.in_(ids))
    with view.reading() as connection:
        return {row.sweep_id: job_from(row) for row in connection.execute(query)}


def jobs_open(view: LedgerView, owner: str) -> int:
    """How many jobs of one owner are not over."""
    job = schema.job.c
    query = select(func.count()).where(job.owner == owner, job.state != "over")
    with view.reading() as connection:
        return connection.execute(query).scalar_one()


def trials_after(
    view: LedgerView,
    sweep_id: str,
    after: int,
    limit: int,
    states: Collection[str] | None = None,
    read: Callable[[Trial, str], Result] | None = None,
) -> list[Begun]:
    """The next trials after that number, in one of the states (None: in any), by number."""
    trial = schema.trial.c
    query = select(schema.trial).where(trial.sweep_id == sweep_id, trial.number > after)
    if states is not None:
        query = query.where(trial.state.in_(states))
    with view.reading() as connection:
        rows = connection.execute(query.order_by(trial.number).limit(limit))
        return [begun_of(row, read) for row in rows]


def course_after(view: LedgerView, sweep_id: str, after: int, limit: int) -> list[Passed]:
    """When the next trials after that number began and ended, and what they came to."""
    with view.reading() as connection:
        return course_of(connection, sweep_id, after, limit)


def ended_after(view: LedgerView, sweep_id: str, after: End, limit: int) -> list[Begun]:
    """The next results after that one, in brief, in the order of their ends."""
    trial = schema.trial.c
    ended_ms, number = after
    later = or_(trial.ended_ms > ended_ms, trial.number > number)
    query = (
        select(schema.trial)
        .where(trial.sweep_id == sweep_id, trial.ended_ms >= ended_ms, later)
        .where(trial.state.in_(ENDED))
        .order_by(trial.ended_ms, trial.number)
        .limit(limit)
    )
    with view.reading() as connection:
        return [begun_of(row, brief_from_json) for row in connection.execute(query)]


def ended_at(view: LedgerView, sweep_id: str, moment_ms: int) -> frozenset[int]:
    """The numbers of the trials whose results came at that very moment."""
    trial = schema.trial.c
    query = select(trial.number).where(trial.sweep_id == sweep_id, trial.ended_ms == moment_ms)
    with view.reading() as connection:
        found = connection.execute(query.where(trial.state.in_(ENDED))).scalars()
        return frozenset(found)


def latest_end(view: LedgerView, sweep_id: str) -> End:
    """The result that came last; `NONE_ENDED` where there is none."""
    trial = schema.trial.c
    query = (
        select(trial.ended_ms, trial.number)
        .where(trial.sweep_id == sweep_id, trial.ended_ms.is_not(None), trial.state.in_(ENDED))
        .order_by(trial.ended_ms.desc(), trial.number.desc())
        .limit(1)
    )
    with view.reading() as connection:
        row = connection.execute(query).first()
    return NONE_ENDED if row is None else (row.ended_ms, row.number)


def _newest(
    connection: Connection, wanted: Wanted, before: Place | None, limit: int
) -> list[Place]:
    found: list[Place] = []
    while len(found) < limit:
        rows = connection.execute(_older(wanted, before).limit(AT_ONCE)).all()
        found += [_place(row) for row in rows if _is_shown(row, wanted.state)]
        if len(rows) < AT_ONCE:
            break
        before = _place(rows[-1])
    return found[:limit]


def _older(wanted: Wanted, before: Place | None) -> Select[Any]:
    sweep = schema.sweep.c
    columns: list[Any] = [sweep.id, sweep.created_ms, sweep.state]
    columns += [sweep.lease_owner, sweep.lease_until_ms]
    query: Select[Any] = select(*columns).order_by(sweep.created_ms.desc(), sweep.id.desc())
    for column, value in ((sweep.name, wanted.name), (sweep.task, wanted.task)):
        if value is not None:
            query = query.where(column == value)
    if wanted.state is not None:
        kept = ACTIVE if wanted.state == "crashed" else (wanted.state,)
        query = query.where(sweep.state.in_(kept))
    if wanted.owner is not None:
        its_own = and_(schema.job.c.sweep_id == sweep.id, schema.job.c.owner == wanted.owner)
        query = query.join(schema.job, its_own)
    if before is not None:
        created_ms, sweep_id = before
        tied = and_(sweep.created_ms == created_ms, sweep.id < sweep_id)
        query = query.where(or_(sweep.created_ms < created_ms, tied))
    return query


def _is_shown(row: Row[Any], state: str | None) -> bool:
    """Whether the sweep is in that state as it is shown: one without a holder has crashed."""
    if state is None or row.state not in ACTIVE:
        return True
    return is_held(row) == (state != "crashed")


def _place(row: Row[Any]) -> Place:
    return row.created_ms, row.id
