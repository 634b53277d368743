"""How many sweeps, jobs and results there are, for those who watch over a service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, or_, select

from sweeps.ledger import schema
from sweeps.ledger.records import ACTIVE, ENDED, is_held
from sweeps.ledger.view import LedgerView


def sweeps_by_state(view: LedgerView) -> Mapping[str, int]:
    """As listings show them: those that should run, and that nobody holds, have crashed."""
    sweep = schema.sweep.c
    resting = select(sweep.state, func.count()).where(sweep.state.not_in(ACTIVE))
    columns: list[Any] = [sweep.state, sweep.lease_owner, sweep.lease_until_ms]
    with view.reading() as connection:
        rows = connection.execute(resting.group_by(sweep.state))
        counted = Counter[str]({row[0]: row[1] for row in rows})
        for row in connection.execute(select(*columns).where(sweep.state.in_(ACTIVE))):
            counted[row.state if is_held(row) else "crashed"] += 1
    return counted


def jobs_by_state(view: LedgerView) -> Mapping[str, int]:
    """How many jobs wait, are held, run, or are over."""
    job = schema.job.c
    with view.reading() as connection:
        rows = connection.execute(select(job.state, func.count()).group_by(job.state))
        return {row[0]: row[1] for row in rows}


def ended_between(view: LedgerView, after_ms: int, until_ms: int) -> Mapping[str, int]:
    """How many trials have come to a result later than the one time and not after the other.

    By state. Sweeps that had ended before are not looked at.
    """
    sweep, trial = schema.sweep.c, schema.trial.c
    lately = select(sweep.id).where(or_(sweep.ended_ms.is_(None), sweep.ended_ms > after_ms))
    query = (
        select(trial.state, func.count())
        .where(trial.sweep_id.in_(lately), trial.state.in_(ENDED))
        .where(trial.ended_ms > after_ms, trial.ended_ms <= until_ms)
        .group_by(trial.state)
    )
    with view.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}
