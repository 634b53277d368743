"""A sweep that a service runs, shown to whoever would watch a run of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast, get_args

from sweeps import wire
from sweeps.client.at_work_looks import AtWorkLooks
from sweeps.client.errors import RefusedError, ServiceError
from sweeps.client.events import BEGINNING, Event, events_of, place_in
from sweeps.client.info import Info, info_from, understood
from sweeps.client.queue_said import QueueLines
from sweeps.client.remote_view import RemoteView
from sweeps.ledger.records import SweepRow
from sweeps.pareto import front_kept, front_of
from sweeps.result_json import brief_from_json
from sweeps.sweep import Sweep
from sweeps.trial import Result
from sweeps.watcher import Ending, Summary, Watcher

STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ  ")
TOLD_OTHERWISE = re.compile(r"[\d,]+(/[\d,]+)? trials?\b|trial \d+ failed, |[^:;]+: trials? \d+")
"""Lines of a service's log that tell of progress: the watcher here says that itself."""


@dataclass(frozen=True)
class Session:
    """What is looked on at: a sweep from an event on, when `done` of its trials had a result.

    Of `spent_seconds` the sweep had run before. It is about to have `at_least` so many trials: who
    is the first to look may come before that was written down.
    """

    sweep: Sweep
    row: SweepRow
    after: str | None
    done: int
    spent_seconds: float
    at_least: int = 0

    @classmethod
    def whole(cls, sweep: Sweep, row: SweepRow) -> Session:
        """From the sweep's beginning."""
        return cls(sweep, row, BEGINNING, 0, 0.0)

    @classmethod
    def following(
        cls, view: RemoteView, sweep: Sweep, row: SweepRow, retried: int = 0, added: int = 0
    ) -> Session:
        """Of a sweep that nobody runs and that is about to go on.

        With `retried` trials anew, or with `added` ones.
        """
        after = place_in(view.connection, row.sweep_id)
        at_least = added + (sweep.search.trials or 0) if added else 0
        return cls(sweep, row, after, row.ended - retried, row.spent_seconds, at_least)

    @property
    def maximizes(self) -> bool:
        """Whether the best score is the highest."""
        return self.sweep.objective.goal == "maximize"


def look_on(view: RemoteView, session: Session, watcher: Watcher) -> Summary:
    """Tell the watcher what happens to the sweep until nobody runs it and it does not wait.

    Raises what `events_of` raises.
    """
    looker = _Looker(view, session, watcher)
    sweep_id = session.row.sweep_id
    with AtWorkLooks(view, sweep_id, watcher):
        for event in events_of(view.connection, sweep_id, session.after, watcher.said):
            looker.take(event)
    looker.began()
    summary = summary_of(view, session)
    watcher.ended(summary)
    return summary


def summary_of(view: RemoteView, session: Session) -> Summary:
    """How it has ended."""
    row = view.sweep(session.row.sweep_id)
    return Summary(
        sweep_id=row.sweep_id,
        name=row.name,
        ending=_ending(row),
        done=row.done,
        failed=row.failed,
        best=view.best(row.sweep_id, maximize=session.maximizes),
        seconds=max(0.0, row.spent_seconds - session.spent_seconds),
        unsent=row.unsent,
        where=link_of(view, row.sweep_id),
        cause=row.cause,
        cancelled=row.cancelled,
        pruned=row.pruned,
        front=len(front_kept(view, session.sweep, row.sweep_id)),
        confirmed=row.confirmed,
        unconfirmed=row.unconfirmed,
    )


def link_of(view: RemoteView, sweep_id: str) -> str:
    """Where a person looks at the sweep in MLflow: its run's page, or what leads there later."""
    path = f"/v1/sweeps/{sweep_id}/mlflow"
    try:
        found = view.connection.location(path)
    except (RefusedError, ServiceError):
        found = None
    return found or f"{view.connection.url}{path}"


class _Looker:
    """Keeps what a watcher is told with a result: the best so far, and the front."""

    def __init__(self, view: RemoteView, session: Session, watcher: Watcher) -> None:
        row = session.row
        self._url = view.connection.url
        self._session = session
        self._watcher = watcher
        self._began = False
        self._expected: int | None = None
        self._queued = QueueLines(watcher)
        self._best: Result | None = None
        self._front: tuple[Result, ...] = ()
        if session.done:
            self._best = view.best(row.sweep_id, maximize=session.maximizes)
            self._front = front_kept(view, session.sweep, row.sweep_id)

    def take(self, event: Event) -> None:
        """Tell of an event; those of kinds that this version does not know are passed over."""
        with understood(self._url):
            match event.kind:
                case "sweep":
                    self._stands(info_from(event.data))
                case "trial":
                    self._ended(wire.begun_from(event.data, brief_from_json).result)
                case "said":
                    self._say(str(event.data))

    def began(self) -> None:
        """Say that the sweep runs, unless that was said."""
        if not self._began:
            self._began = True
            row, top = self._session.row, self._session.sweep.evaluate.confirm_top
            total = self._expected
            if total is not None:
                total = max(total, self._session.at_least)
                total += min(top, total)
            self._watcher.began(row.sweep_id, row.name, total, self._session.done)

    def _stands(self, info: Info) -> None:
        self._expected = info.expected
        if info.row.holder is None:
            self._queued.say(info.row, info.job)
        else:
            self.began()

    def _ended(self, result: Result | None) -> None:
        if result is None:
            return
        self.began()
        session = self._session
        if result.trial.confirms is None:
            self._best = _better(self._best, result, maximize=session.maximizes)
            if session.sweep.further:
                self._front = front_of(session.sweep, [*self._front, result])
        self._watcher.finished(result, self._best, len(self._front))

    def _say(self, line: str) -> None:
        said = STAMP.sub("", line)
        title = f"{self._session.row.name} {self._session.row.sweep_id}: "
        if said and not said.startswith(title) and not TOLD_OTHERWISE.match(said):
            self._watcher.said(said)


def _ending(row: SweepRow) -> Ending:
    """A sweep whose coordinator is gone can go on, as one that was interrupted."""
    return cast(Ending, row.state) if row.state in get_args(Ending) else "interrupted"


def _better(best: Result | None, result: Result, *, maximize: bool) -> Result | None:
    if result.score is None:
        return best
    if best is None or best.score is None:
        return result
    ahead = result.score > best.score if maximize else result.score < best.score
    return result if ahead else best
