"""Reading the ledger: what sweeps there are, what became of their trials."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row, case, func, select, true
from sqlalchemy.exc import DBAPIError

from search_spaces import nearest
from sweeps.errors import NoSweepError, SeveralSweepsError
from sweeps.ledger import schema
from sweeps.ledger.course import Passed, course_of
from sweeps.ledger.engine import open_engine, trouble
from sweeps.ledger.listing import ids_starting, listing, some
from sweeps.ledger.records import Begun, SweepRow, begun_of, sweep_row, trial_of
from sweeps.ledger.trial_rows import latest_ms
from sweeps.result_json import brief_from_json, result_from_json
from sweeps.trial import Reason, Result, Trial


class LedgerView:
    """Sweeps and their trials, in a SQL database. Methods may be called from any thread."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Give back all connections."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for what is only looked at, each statement by itself."""
        try:
            with self._reading.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise trouble(self._engine, "read", error) from error

    def sweeps(self) -> list[SweepRow]:
        """Every sweep, oldest first."""
        with self.reading() as connection:
            sweep = schema.sweep.c
            rows = connection.execute(listing().order_by(sweep.created_ms, sweep.id))
            return [sweep_row(row) for row in rows]

    def sweep(self, prefix: str) -> SweepRow:
        """The one sweep whose id starts with `prefix`.

        Raises LookupError when there is none, naming the nearest id, or more than one.
        """
        found = self.sweep_id(prefix)
        with self.reading() as connection:
            # Trials are counted of this sweep alone: the store may hold many others.
            row = connection.execute(listing().where(schema.sweep.c.id == found)).first()
        if row is None:  # somebody removed it in this instant
            raise self._absent(prefix)
        return sweep_row(row)

    def sweep_id(self, prefix: str) -> str:
        """The one id that starts with `prefix`; no trial is counted. Raises as `sweep` does."""
        with self.reading() as connection:
            found = ids_starting(connection, prefix)
        if len(found) > 1:
            raise SeveralSweepsError(f"{prefix!r} may be any of {some(found)}: write more of it")
        if not found:
            raise self._absent(prefix)
        return found[0]

    def _absent(self, prefix: str) -> NoSweepError:
        with self.reading() as connection:
            ids = list(connection.execute(select(schema.sweep.c.id)).scalars())
        close = nearest(prefix, ids)
        hint = f"; did you mean {close}?" if close else "; `sweeps ls` lists them"
        return NoSweepError(f"no sweep {prefix!r} in this store{hint}")

    def document(self, sweep_id: str) -> dict[str, Any]:
        """The description that the sweep was started with."""
        loaded: dict[str, Any] = json.loads(self._column(sweep_id, "document"))
        return loaded

    def command(self, sweep_id: str) -> str | None:
        """What somebody wants the sweep's holder to do, until it has taken that."""
        found: str | None = self._column(sweep_id, "command")
        return found

    def baseline(self, sweep_id: str) -> str | None:
        """What a simple model came to on the sweep's rows, as text; None where nobody measured."""
        found: str | None = self._column(sweep_id, "baseline")
        return found

    def race(self, sweep_id: str) -> str | None:
        """The race that the sweep is a part of, and its place there; None without one."""
        found: str | None = self._column(sweep_id, "race")
        return found

    def provenance(self, sweep_id: str) -> str | None:
        """What the sweep began with, as text; None of one that began before that was kept."""
        found: str | None = self._column(sweep_id, "provenance")
        return found

    def trained_with(self, sweep_id: str, name: str) -> list[Result]:
        """The results with parts of the pack of that name (see `sweeps.pack_marks`)."""
        rows = self._rows(sweep_id, schema.trial.c.result.contains(f'"pack":"{name}.'))
        return [result_from_json(trial_of(row), row.result) for row in rows]

    def priors(self, sweep_id: str) -> str | None:
        """What the sweep was told of earlier searches, as text; None where it was told nothing."""
        found: str | None = self._column(sweep_id, "priors")
        return found

    def backend_state(self, sweep_id: str) -> Mapping[str, Any]:
        """The backend's state as of the last transaction."""
        loaded: Mapping[str, Any] = json.loads(self._column(sweep_id, "backend_state"))
        return loaded

    def latest_ms(self, sweep_id: str) -> int:
        """The latest time that is kept of the sweep."""
        with self.reading() as connection:
            return latest_ms(connection, sweep_id)

    def trials(
        self, sweep_id: str, read: Callable[[Trial, str], Result] | None = None
    ) -> list[Begun]:
        """Every trial of the sweep, by number; `read` says how much of its result is wanted.

        Of what MLflow has already that is by default the brief.
        """
        return [begun_of(row, read) for row in self._rows(sweep_id)]

    def trial(self, sweep_id: str, number: int) -> Begun:
        """One trial, its result whole. Raises LookupError when there is none of that number."""
        of_trial = schema.trial.c.sweep_id == sweep_id, schema.trial.c.number == number
        with self.reading() as connection:
            row = connection.execute(select(schema.trial).where(*of_trial)).first()
        if row is None:
            raise LookupError(f"sweep {sweep_id} has no trial {number}")
        return begun_of(row, result_from_json)

    def best(self, sweep_id: str, *, maximize: bool) -> Result | None:
        """The result with the best score, in brief; None when none has a score.

        Of equals the one trained longest (a budget of None is all the epochs there are), then the
        earliest.
        """
        trial = schema.trial.c
        better = trial.score.desc() if maximize else trial.score
        longest = case((trial.budget.is_(None), 0), else_=1), trial.budget.desc()
        query = (
            select(schema.trial)
            .where(trial.sweep_id == sweep_id, trial.score.is_not(None), trial.confirms.is_(None))
            .order_by(better, *longest, trial.number)
            .limit(1)
        )
        with self.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else brief_from_json(trial_of(row), row.result)

    def ranking(self, sweep_id: str, *, maximize: bool) -> Iterator[Trial]:
        """The trials of the search that have a score, the best first, of equals the earliest."""
        trial = schema.trial.c
        better = trial.score.desc() if maximize else trial.score
        wanted: list[Any] = [trial.number, trial.config, trial.budget, trial.parent, trial.confirms]
        query = (
            select(*wanted)
            .where(trial.sweep_id == sweep_id, trial.score.is_not(None), trial.confirms.is_(None))
            .order_by(better, trial.number)
        )
        with self.reading() as connection:
            for row in connection.execute(query):
                yield trial_of(row)

    def course(self, sweep_id: str) -> list[Passed]:
        """Every trial of the sweep, by number: when it began and ended, and what it came to."""
        with self.reading() as connection:
            return course_of(connection, sweep_id)

    def confirmations(self, sweep_id: str) -> Sequence[int]:
        """The numbers of trials that train a configuration of the search once more."""
        trial = schema.trial.c
        query = select(trial.number).where(trial.sweep_id == sweep_id, trial.confirms.is_not(None))
        with self.reading() as connection:
            return connection.execute(query.order_by(trial.number)).scalars().all()

    def reasons(self, sweep_id: str, *, confirmations: bool = True) -> dict[Reason, int]:
        """How many trials failed for which reason, the most frequent first."""
        trial = schema.trial.c
        counted = func.count().label("counted")
        wanted = true() if confirmations else trial.confirms.is_(None)
        query = (
            select(trial.reason, counted)
            .where(trial.sweep_id == sweep_id, trial.state == "failed", wanted)
            .group_by(trial.reason)
            .order_by(counted.desc(), trial.reason)
        )
        with self.reading() as connection:
            return {row.reason: row.counted for row in connection.execute(query)}

    def failures(self, sweep_id: str) -> list[Result]:
        """The results of failed trials, in brief, by number."""
        rows = self._rows(sweep_id, schema.trial.c.state == "failed")
        return [brief_from_json(trial_of(row), row.result) for row in rows]

    def results(self, sweep_id: str) -> list[Result]:
        """The results there are, by trial number."""
        rows = self._rows(sweep_id)
        return [
            result_from_json(trial_of(row), row.result) for row in rows if row.result is not None
        ]

    def briefs(self, sweep_id: str) -> list[Result]:
        """The results there are, by trial number, without histories and parts."""
        rows = self._rows(sweep_id)
        return [
            brief_from_json(trial_of(row), row.result) for row in rows if row.result is not None
        ]

    def _rows(self, sweep_id: str, *conditions: Any) -> Iterator[Row[Any]]:
        query = (
            select(schema.trial)
            .where(schema.trial.c.sweep_id == sweep_id, *conditions)
            .order_by(schema.trial.c.number)
        )
        with self.reading() as connection:
            yield from connection.execute(query)

    def _column(self, sweep_id: str, name: str) -> Any:
        query = select(schema.sweep.c[name]).where(schema.sweep.c.id == sweep_id)
        with self.reading() as connection:
            found = connection.execute(query).first()
        if found is None:
            raise NoSweepError(f"no sweep {sweep_id!r} in this store")
        return found[0]
