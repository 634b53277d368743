"""A sweep that a service runs, shown to whoever would watch a run of their own."""

from __future__ import annotations

import re
import threading
import time
from typing import Any, cast, get_args

from sweeps import wire
from sweeps.client.errors import AwayError, RefusedError, ServiceError
from sweeps.client.events import Event, events_of
from sweeps.client.info import Info, info_from, understood
from sweeps.client.remote_view import RemoteView
from sweeps.ledger_records import SweepRow
from sweeps.pareto import front_kept, front_of
from sweeps.queue_place import QueuePlace
from sweeps.result_json import brief_from_json
from sweeps.sweep import Sweep
from sweeps.trial import Result
from sweeps.watcher import Ending, Summary, Watcher

GLANCE = 2.0
"""Seconds between two looks at what workers train."""

SOONEST = 30.0
"""Seconds between two lines about a sweep's place in the queue."""

STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ  ")
TOLD_OTHERWISE = re.compile(r"[\d,]+(/[\d,]+)? trials?\b|trial \d+ failed, |[^:;]+: trials? \d+")
"""Lines of a service's log that tell of progress: the watcher here says that itself."""

clock = time.monotonic


def look_on(view: RemoteView, before: SweepRow, sweep: Sweep, watcher: Watcher) -> Summary:
    """Tell the watcher what happens to the sweep until nobody runs it and it does not wait.

    `before` is how it stood when it was asked for. Raises what `events_of` raises.
    """
    looker = _Looker(view, before, sweep, watcher)
    with _AtWork(view, before.sweep_id, watcher):
        for event in events_of(view.connection, before.sweep_id, watcher.said):
            looker.take(event)
    summary = summary_of(view, before, sweep)
    watcher.ended(summary)
    return summary


def summary_of(view: RemoteView, before: SweepRow, sweep: Sweep) -> Summary:
    """How the session has ended that `before` was the state ahead of."""
    row = view.sweep(before.sweep_id)
    return Summary(
        sweep_id=row.sweep_id,
        name=row.name,
        ending=_ending(row),
        done=row.done,
        failed=row.failed,
        best=view.best(row.sweep_id, maximize=_maximized(sweep)),
        seconds=max(0.0, row.spent_seconds - before.spent_seconds),
        unsent=row.unsent,
        where=link_of(view, row.sweep_id),
        cause=row.cause,
        cancelled=row.cancelled,
        pruned=row.pruned,
        front=len(front_kept(view, sweep, row.sweep_id)),
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

    def __init__(self, view: RemoteView, row: SweepRow, sweep: Sweep, watcher: Watcher) -> None:
        self._url = view.connection.url
        self._row = row
        self._sweep = sweep
        self._watcher = watcher
        self._began = False
        self._queued = _QueueLines(watcher)
        self._best = view.best(row.sweep_id, maximize=_maximized(sweep)) if row.done else None
        self._front = front_kept(view, sweep, row.sweep_id)

    def take(self, event: Event) -> None:
        """Tell of an event; those of kinds that this version does not know are passed over."""
        with understood(self._url):
            match event.kind:
                case "sweep":
                    self._stands(info_from(event.data))
                case "trial":
                    self._ended(event.data)
                case "said":
                    self._say(str(event.data))

    def _stands(self, info: Info) -> None:
        if info.row.holder is None:
            self._queued.say(info.row, info.job)
        elif not self._began:
            self._began = True
            total = None if info.expected is None else info.expected + self._confirmations(info)
            self._watcher.began(info.row.sweep_id, info.row.name, total, info.row.ended)

    def _confirmations(self, info: Info) -> int:
        return min(self._sweep.evaluate.confirm_top, info.expected or 0)

    def _ended(self, fields: Any) -> None:
        result = wire.begun_from(fields, brief_from_json).result
        if result is None:
            return
        if result.trial.confirms is None:
            self._best = _better(self._best, result, maximize=_maximized(self._sweep))
            if self._sweep.further:
                self._front = front_of(self._sweep, [*self._front, result])
        self._watcher.finished(result, self._best, len(self._front))

    def _say(self, line: str) -> None:
        said = STAMP.sub("", line)
        title = f"{self._row.name} {self._row.sweep_id}: "
        if said and not said.startswith(title) and not TOLD_OTHERWISE.match(said):
            self._watcher.said(said)


class _QueueLines:
    """Where in the queue a sweep is, said when that has changed and not all the time."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._told: str | None = None
        self._told_at = 0.0

    def say(self, row: SweepRow, job: QueuePlace | None) -> None:
        if job is None or job.state not in ("waiting", "held"):
            return
        line = f"{row.name} {row.sweep_id}: {waits(job)}"
        if line != self._told and (self._told is None or clock() - self._told_at >= SOONEST):
            self._told, self._told_at = line, clock()
            self._watcher.said(line)


def waits(job: QueuePlace) -> str:
    """`waits to begin, 3 before it`."""
    if job.state == "held":
        return "held in the queue until it is resumed"
    if job.position is None:
        return "waits to begin"
    return "begins next" if job.position == 1 else f"waits to begin, {job.position - 1:,} before it"


class _AtWork:
    """Asks now and then what workers train, in a thread of its own, for the watcher."""

    def __init__(self, view: RemoteView, sweep_id: str, watcher: Watcher) -> None:
        self._view = view
        self._sweep_id = sweep_id
        self._watcher = watcher
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="at work", daemon=True)

    def __enter__(self) -> _AtWork:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        shown = False
        while not self._over.wait(GLANCE):
            try:
                live = self._view.at_work(self._sweep_id)
            except (RefusedError, AwayError, LookupError):
                continue  # whoever reads the events is told of that
            if live or shown:
                self._watcher.training(live)
            shown = bool(live)


def _ending(row: SweepRow) -> Ending:
    """A sweep whose coordinator is gone can go on, as one that was interrupted."""
    return cast(Ending, row.state) if row.state in get_args(Ending) else "interrupted"


def _maximized(sweep: Sweep) -> bool:
    return sweep.objective.goal == "maximize"


def _better(best: Result | None, result: Result, *, maximize: bool) -> Result | None:
    if result.score is None:
        return best
    if best is None or best.score is None:
        return result
    ahead = result.score > best.score if maximize else result.score < best.score
    return result if ahead else best
