"""Reading the ledger: what sweeps there are, what became of their trials."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, case, func, select

from search_spaces import nearest
from sweeps import ledger_schema as schema
from sweeps.lease import surely_dead
from sweeps.result_json import brief_from_json, result_from_json
from sweeps.trial import Result, Trial


@dataclass(frozen=True)
class SweepRow:
    """A sweep as a listing shows it. Times are milliseconds since 1970.

    `state` is `crashed` when the sweep should be running but whoever ran it is gone.
    `done` trials have a score, `failed` ones have none, `running` ones have no result yet and
    `unsent` ones have a result that MLflow has not been given.
    """

    sweep_id: str
    name: str
    task: str
    backend: str
    state: str
    created_ms: int
    ended_ms: int | None
    spent_seconds: float
    done: int
    failed: int
    running: int
    unsent: int


@dataclass(frozen=True)
class Begun:
    """A trial in the ledger. `result` is None while it runs; `attempt` counts from 1.

    What MLflow has already (`shipped`) comes in brief: the result without history and parts.
    """

    trial: Trial
    attempt: int
    started_ms: int
    ended_ms: int | None
    result: Result | None
    shipped: bool


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class LedgerView:
    """Sweeps and their trials, in a SQL database. Methods may be called from any thread."""

    def __init__(self, url: str) -> None:
        self._engine = schema.open_engine(url)
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Give back all connections."""
        self._engine.dispose()

    def sweeps(self) -> list[SweepRow]:
        """Every sweep, oldest first."""
        with self._reading.connect() as connection:
            rows = connection.execute(_listing().order_by(schema.sweep.c.created_ms))
            return [_sweep_row(row) for row in rows]

    def sweep(self, prefix: str) -> SweepRow:
        """The one sweep whose id starts with `prefix`.

        Raises LookupError when there is none, naming the nearest id, or more than one.
        """
        with self._reading.connect() as connection:
            by_age = select(schema.sweep.c.id).order_by(schema.sweep.c.created_ms)
            ids = list(connection.execute(by_age).scalars())
            found = [sweep_id for sweep_id in ids if sweep_id.startswith(prefix)]
            if len(found) == 1:
                # Trials are counted of this sweep alone: the store may hold many others.
                its_own = _listing().where(schema.sweep.c.id == found[0])
                return _sweep_row(connection.execute(its_own).one())
        if found:
            raise LookupError(f"{prefix!r} may be any of {', '.join(found)}: write more of it")
        close = nearest(prefix, ids)
        hint = f"; did you mean {close}?" if close else "; `sweeps ls` lists them"
        raise LookupError(f"no sweep {prefix!r} in this store{hint}")

    def document(self, sweep_id: str) -> dict[str, Any]:
        """The description that the sweep was started with."""
        loaded: dict[str, Any] = json.loads(self._column(sweep_id, "document"))
        return loaded

    def backend_state(self, sweep_id: str) -> Mapping[str, Any]:
        """The backend's state as of the last transaction."""
        loaded: Mapping[str, Any] = json.loads(self._column(sweep_id, "backend_state"))
        return loaded

    def trials(self, sweep_id: str) -> list[Begun]:
        """Every trial of the sweep, by number."""
        return [_begun(row) for row in self._rows(sweep_id)]

    def results(self, sweep_id: str) -> list[Result]:
        """The results there are, by trial number."""
        rows = self._rows(sweep_id)
        return [result_from_json(_trial(row), row.result) for row in rows if row.result is not None]

    def briefs(self, sweep_id: str) -> list[Result]:
        """The results there are, by trial number, without histories and parts."""
        rows = self._rows(sweep_id)
        return [brief_from_json(_trial(row), row.result) for row in rows if row.result is not None]

    def _rows(self, sweep_id: str) -> Iterator[Row[Any]]:
        query = (
            select(schema.trial)
            .where(schema.trial.c.sweep_id == sweep_id)
            .order_by(schema.trial.c.number)
        )
        with self._reading.connect() as connection:
            yield from connection.execute(query)

    def _column(self, sweep_id: str, name: str) -> Any:
        query = select(schema.sweep.c[name]).where(schema.sweep.c.id == sweep_id)
        with self._reading.connect() as connection:
            found = connection.execute(query).first()
        if found is None:
            raise LookupError(f"no sweep {sweep_id!r} in this store")
        return found[0]


def _listing() -> Select[Any]:
    trial = schema.trial.c

    def counted(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    return (
        select(
            schema.sweep,
            counted(trial.state == "done").label("done"),
            counted(trial.state == "failed").label("failed"),
            counted(trial.state == "running").label("running"),
            counted(trial.result.is_not(None) & ~trial.shipped).label("unsent"),
        )
        .outerjoin(schema.trial, trial.sweep_id == schema.sweep.c.id)
        .group_by(schema.sweep.c.id)
    )


def _sweep_row(row: Row[Any]) -> SweepRow:
    return SweepRow(
        sweep_id=row.id,
        name=row.name,
        task=row.task,
        backend=row.backend,
        state="crashed" if row.state == "running" and not is_held(row) else row.state,
        created_ms=row.created_ms,
        ended_ms=row.ended_ms,
        spent_seconds=row.spent_seconds,
        done=row.done,
        failed=row.failed,
        running=row.running,
        unsent=row.unsent,
    )


def is_held(row: Row[Any]) -> bool:
    """Whether a coordinator that may still live holds the sweep."""
    in_time = row.lease_owner is not None and row.lease_until_ms > now_ms()
    return in_time and not surely_dead(row.lease_owner)


def _begun(row: Row[Any]) -> Begun:
    trial = _trial(row)
    read = brief_from_json if row.shipped else result_from_json
    return Begun(
        trial=trial,
        attempt=row.attempt,
        started_ms=row.started_ms,
        ended_ms=row.ended_ms,
        result=None if row.result is None else read(trial, row.result),
        shipped=row.shipped,
    )


def _trial(row: Row[Any]) -> Trial:
    return Trial(row.number, json.loads(row.config), row.budget, row.parent)


def told(trials: Sequence[Begun]) -> tuple[list[Result], list[Trial]]:
    """(results a backend has been told, trials it waits for).

    Results are told in trial order, so those behind the first trial without one are not told yet.
    """
    results: list[Result] = []
    for begun in trials:
        if begun.result is None:
            break
        results.append(begun.result)
    return results, [begun.trial for begun in trials[len(results) :]]
