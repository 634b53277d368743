"""Sweeps as a listing shows them, their trials counted; and ids that begin as somebody typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, case, func, select

from sweeps.ledger import schema
from sweeps.ledger.records import ENDED

MOST_NAMED = 20
"""Ids that an error lists."""


def listing() -> Select[Any]:
    """Rows for `sweep_row`, of all sweeps."""
    trial = schema.trial.c

    def counted(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    searched = trial.confirms.is_(None)
    return (
        select(
            schema.sweep,
            counted((trial.state == "done") & searched).label("done"),
            counted((trial.state == "failed") & searched).label("failed"),
            counted(trial.state == "pruned").label("pruned"),
            counted((trial.state == "done") & ~searched).label("confirmed"),
            counted((trial.state == "failed") & ~searched).label("unconfirmed"),
            counted(trial.state == "running").label("running"),
            counted(trial.state == "cancelled").label("cancelled"),
            counted(trial.state.in_(ENDED) & ~trial.shipped).label("unsent"),
            func.coalesce(func.sum(trial.core_seconds), 0.0).label("core_seconds"),
            func.coalesce(func.sum(trial.gpu_seconds), 0.0).label("gpu_seconds"),
        )
        .outerjoin(schema.trial, trial.sweep_id == schema.sweep.c.id)
        .group_by(schema.sweep.c.id)
    )


def ids_starting(connection: Connection, prefix: str) -> list[str]:
    """The ids that begin so, those of the oldest sweeps first; a whole id is that one alone."""
    sweep = schema.sweep.c
    whole = connection.execute(select(sweep.id).where(sweep.id == prefix)).scalar()
    if whole is not None:
        return [whole]
    query = select(sweep.id).where(sweep.id.startswith(prefix, autoescape=True))
    ids = connection.execute(query.order_by(sweep.created_ms)).scalars()
    # A database may take small and capital letters for the same.
    return [sweep_id for sweep_id in ids if sweep_id.startswith(prefix)]


def some(ids: Sequence[str]) -> str:
    """The first ones of them by name."""
    others = f" and {len(ids) - MOST_NAMED:,} others" if len(ids) > MOST_NAMED else ""
    return ", ".join(ids[:MOST_NAMED]) + others
