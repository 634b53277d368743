"""What is read from the ledger, as plain records."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from sweeps.clock import wall_ms
from sweeps.lease import place_of, surely_dead
from sweeps.result_json import brief_from_json, result_from_json
from sweeps.trial import Failure, Result, Trial

ACTIVE = ("running", "pausing", "paused", "stopping")
"""States of a sweep that somebody runs; without a holder it has crashed."""

FINAL = ("stopped", "cancelled")
"""States that nothing follows."""

QUEUED = "queued"
"""The state of a sweep that waits for somebody to begin it."""

ENDED = ("done", "failed", "pruned")
"""States of a trial that has a result."""


@dataclass(frozen=True)
class SweepRow:
    """A sweep as a listing shows it. Times are milliseconds since 1970.

    `state` is `crashed` when the sweep should be running but whoever ran it is gone; `holder` names
    the process that runs it and `cause` says why it failed. `done` trials of the search have a
    score, `failed` ones have none, `pruned` ones were ended early; `confirmed` and `unconfirmed`
    are the confirmations with and without a score. Of all of them, `running` ones have no result
    yet, `cancelled` ones will never have one, and `unsent` ones have a result that MLflow has not
    been given; `end_sent` tells whether it was told how the sweep ended. `core_seconds` and
    `gpu_seconds` are those of all results together. `race` is the id of the race it is a part of.
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
    pruned: int
    running: int
    cancelled: int
    unsent: int
    end_sent: bool
    core_seconds: float
    gpu_seconds: float
    holder: str | None
    cause: str | None
    confirmed: int = 0
    unconfirmed: int = 0
    race: str | None = None

    @property
    def searched(self) -> int:
        """How many trials of the search have a result."""
        return self.done + self.failed + self.pruned

    @property
    def confirmations(self) -> int:
        """How many confirmations have a result."""
        return self.confirmed + self.unconfirmed

    @property
    def ended(self) -> int:
        """How many trials have a result, confirmations among them."""
        return self.searched + self.confirmations


@dataclass(frozen=True)
class Begun:
    """A trial in the ledger. `result` is None without one; `attempt` counts from 1.

    `state` is `running`, `done`, `failed`, `pruned` or `cancelled`; `tries` counts attempts that
    are capped (see `sweeps.losses`); with `told_failed` the backend took it for failed for good.
    What MLflow has already (`shipped`) comes in brief: the result without history and parts.
    `stages` is what is known of a trial that is trained a stage at a time, and has no result yet.
    """

    trial: Trial
    state: str
    attempt: int
    tries: int
    told_failed: bool
    started_ms: int
    ended_ms: int | None
    result: Result | None
    shipped: bool
    stages: str | None = None


def sweep_row(row: Row[Any]) -> SweepRow:
    """A row of the sweep table, with its trials counted."""
    held = is_held(row)
    return SweepRow(
        sweep_id=row.id,
        name=row.name,
        task=row.task,
        backend=row.backend,
        state="crashed" if row.state in ACTIVE and not held else row.state,
        created_ms=row.created_ms,
        ended_ms=row.ended_ms,
        spent_seconds=row.spent_seconds,
        done=row.done,
        failed=row.failed,
        pruned=row.pruned,
        running=row.running,
        cancelled=row.cancelled,
        unsent=row.unsent,
        end_sent=row.end_shipped,
        core_seconds=row.core_seconds,
        gpu_seconds=row.gpu_seconds,
        holder=place_of(row.lease_owner) if held else None,
        cause=row.cause,
        confirmed=row.confirmed,
        unconfirmed=row.unconfirmed,
        race=None if row.race is None else json.loads(row.race)["race_id"],
    )


def is_held(row: Row[Any]) -> bool:
    """Whether a coordinator that may still live holds the sweep."""
    in_time = row.lease_owner is not None and row.lease_until_ms > wall_ms()
    return in_time and not surely_dead(row.lease_owner)


def begun_of(row: Row[Any], read: Callable[[Trial, str], Result] | None = None) -> Begun:
    """A row of the trial table; `read` says how much of the result is wanted."""
    trial = trial_of(row)
    read = read or (brief_from_json if row.shipped else result_from_json)
    return Begun(
        trial=trial,
        state=row.state,
        attempt=row.attempt,
        tries=row.tries,
        told_failed=row.told_failed,
        started_ms=row.started_ms,
        ended_ms=row.ended_ms,
        result=None if row.result is None else read(trial, row.result),
        shipped=row.shipped,
        stages=row.stages,
    )


def trial_of(row: Row[Any]) -> Trial:
    """What the backend asked for."""
    return Trial(row.number, json.loads(row.config), row.budget, row.parent, row.confirms)


def told(trials: Sequence[Begun]) -> tuple[list[Result], list[Trial]]:
    """(results a backend has been told, trials it waits for).

    Results are told in trial order, so those behind the first trial without one are not told yet.
    """
    results: list[Result] = []
    for begun in trials:
        if begun.told_failed:
            results.append(_first_told(begun.trial))
        elif begun.result is None:
            break
        else:
            results.append(begun.result)
    return results, [begun.trial for begun in trials[len(results) :]]


def _first_told(trial: Trial) -> Result:
    """What the backend was told of a trial that was retried afterwards."""
    failure = Failure("infrastructure", "failed at first, and was retried later")
    return Result(trial, score=None, metrics={}, history={}, seconds=0.0, error=failure)
