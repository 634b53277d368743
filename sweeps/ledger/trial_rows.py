"""The rows of trials as a coordinator writes them, inside its transactions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from sweeps.lease import Claim, LeaseError
from sweeps.ledger import schema
from sweeps.result_json import result_to_json
from sweeps.trial import Result, Trial

_COMPLETE = (
    update(schema.trial)
    .where(schema.trial.c.sweep_id == bindparam("of_sweep"))
    .where(schema.trial.c.number == bindparam("of_number"))
    .values(
        config=bindparam("config"),
        state=bindparam("state"),
        ended_ms=bindparam("ended_ms"),
        result=bindparam("result"),
        score=bindparam("score"),
        reason=bindparam("reason"),
        core_seconds=bindparam("core_seconds"),
        gpu_seconds=bindparam("gpu_seconds"),
        memo_key=bindparam("memo_key"),
        stages=None,
    )
)


_KEEP_STAGES = (
    update(schema.trial)
    .where(schema.trial.c.sweep_id == bindparam("of_sweep"))
    .where(schema.trial.c.number == bindparam("of_number"))
    .values(stages=bindparam("stages"))
)


Trained = tuple[str, int, str]
"""A trial that has a score: sweep, number, and its result as text."""

AT_ONCE = 500
"""Keys that a statement asks for: databases take so many values."""


@dataclass(frozen=True)
class Stage:
    """What is known of a trial that goes on, as text; see `sweeps.pruning.progress`."""

    number: int
    attempt: int
    text: str


def again(connection: Connection, sweep_id: str, numbers: Sequence[int], *, charged: bool) -> None:
    """Another attempt at those without a result; `charged` ones count towards the cap."""
    trial = schema.trial.c
    values: dict[Any, Any] = {"attempt": trial.attempt + 1}
    if charged:
        values["tries"] = trial.tries + 1
    connection.execute(
        update(schema.trial)
        .where(trial.sweep_id == sweep_id, trial.state == "running", trial.number.in_(numbers))
        .values(values)
    )


def begin_again(connection: Connection, sweep_id: str) -> None:
    """Another attempt at every trial without a result."""
    trial = schema.trial.c
    connection.execute(
        update(schema.trial)
        .where(trial.sweep_id == sweep_id, trial.state == "running")
        .values(attempt=trial.attempt + 1)
    )


def cancel_open(connection: Connection, sweep_id: str) -> None:
    """Trials without a result will have none."""
    trial = schema.trial.c
    connection.execute(
        update(schema.trial)
        .where(trial.sweep_id == sweep_id, trial.state == "running")
        .values(state="cancelled", ended_ms=trial.started_ms, stages=None)
    )


def latest_ms(connection: Connection, sweep_id: str) -> int:
    """The latest time that is kept of a sweep that there is."""
    sweep, trial = schema.sweep.c, schema.trial.c
    of_sweep = select(sweep.created_ms, sweep.ended_ms).where(sweep.id == sweep_id)
    latest = select(func.max(trial.started_ms), func.max(trial.ended_ms))
    moments: list[int | None] = [
        *connection.execute(of_sweep).one(),
        *connection.execute(latest.where(trial.sweep_id == sweep_id)).one(),
    ]
    return max(moment for moment in moments if moment is not None)


def next_wave(connection: Connection, sweep_id: str) -> int:
    """The number of the asking that comes now: waves and trial numbers grow together."""
    trial = schema.trial.c
    newest = select(trial.wave).where(trial.sweep_id == sweep_id)
    wave = connection.execute(newest.order_by(trial.number.desc()).limit(1)).scalar()
    return 0 if wave is None else wave + 1


def running(claim: Claim, trial: Trial, started_ms: int, wave: int) -> dict[str, Any]:
    """A trial that begins."""
    return {
        "sweep_id": claim.sweep_id,
        "number": trial.number,
        "config": json.dumps(trial.config),
        "budget": trial.budget,
        "parent": trial.parent,
        "confirms": trial.confirms,
        "state": "running",
        "attempt": 1,
        "wave": wave,
        "started_ms": started_ms,
        "shipped": False,
    }


def complete(
    connection: Connection,
    claim: Claim,
    results: Sequence[tuple[Result, int]],
    ended_ms: int,
    memo_keys: Mapping[int, str],
) -> None:
    """Compare-and-set on (trial, attempt): a result is written once, by the newest attempt.

    `memo_keys` are by number, of those that may be found again.
    Nobody can come in between: the fence before it, in the same transaction, holds the sweep.
    """
    if not results:
        return
    attempts = [(result.trial.number, attempt) for result, attempt in results]
    _refuse_strangers(connection, claim, attempts)
    rows = [
        _completed(claim, result, ended_ms) | {"memo_key": memo_keys.get(result.trial.number)}
        for result, _ in results
    ]
    connection.execute(_COMPLETE, rows)


def trained_before(connection: Connection, memo_keys: Sequence[str]) -> dict[str, Trained]:
    """By key, the oldest trial of any sweep that is done and was trained so."""
    trial = schema.trial.c
    found: dict[str, Trained] = {}
    for start in range(0, len(memo_keys), AT_ONCE):
        oldest = (
            select(trial.memo_key, trial.sweep_id, trial.number)
            .where(trial.memo_key.in_(memo_keys[start : start + AT_ONCE]), trial.state == "done")
            .order_by(trial.ended_ms.desc(), trial.sweep_id, trial.number.desc())
        )
        places: dict[str, dict[int, str]] = {}
        for key, place in {row[0]: row[1:] for row in connection.execute(oldest)}.items():
            places.setdefault(place[0], {})[place[1]] = key
        for sweep_id, keys in places.items():
            texts = select(trial.number, trial.result).where(
                trial.sweep_id == sweep_id, trial.number.in_(keys)
            )
            for number, text in connection.execute(texts):
                found[keys[number]] = sweep_id, number, text
    return found


def keep_stages(connection: Connection, claim: Claim, stages: Sequence[Stage]) -> None:
    """The stages of trials without a result; compare-and-set as for results."""
    if not stages:
        return
    _refuse_strangers(connection, claim, [(stage.number, stage.attempt) for stage in stages])
    rows = [
        {"of_sweep": claim.sweep_id, "of_number": stage.number, "stages": stage.text}
        for stage in stages
    ]
    connection.execute(_KEEP_STAGES, rows)


def _refuse_strangers(
    connection: Connection, claim: Claim, attempts: Sequence[tuple[int, int]]
) -> None:
    """Raise LeaseError for the first trial that is not running as the attempt beside it."""
    trial = schema.trial.c
    numbers = [number for number, _ in attempts]
    found = connection.execute(
        select(trial.number, trial.attempt)
        .where(trial.sweep_id == claim.sweep_id, trial.state == "running")
        .where(trial.number.between(min(numbers), max(numbers)))
    )
    under_way: dict[int, int] = {row.number: row.attempt for row in found}
    for number, attempt in attempts:
        # Taken out, so that a second result of the same trial finds nothing.
        if under_way.pop(number, None) != attempt:
            raise LeaseError(
                f"trial {number} of sweep {claim.sweep_id} is not running as attempt {attempt}"
            )


def _completed(claim: Claim, result: Result, ended_ms: int) -> dict[str, Any]:
    """One row for `_COMPLETE`."""
    return {
        "of_sweep": claim.sweep_id,
        "of_number": result.trial.number,
        # A function that defines its space as it runs has a configuration only now.
        "config": json.dumps(result.trial.config),
        "state": result.state,
        "ended_ms": ended_ms,
        "result": result_to_json(result),
        "score": result.score,
        "reason": None if result.error is None else result.error.reason,
        "core_seconds": None if result.cost is None else result.cost.core_seconds,
        "gpu_seconds": None if result.cost is None else result.cost.gpu_seconds,
    }
