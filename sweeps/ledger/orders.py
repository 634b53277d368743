"""Changes to a sweep that its search knows nothing of.

Commands are left for the process that runs it; trials are retried, added or cancelled by whoever
holds it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Literal, cast, get_args

from sqlalchemy import Connection, case, func, or_, select, update

from sweeps.lease import Claim
from sweeps.ledger import schema
from sweeps.ledger.granted import granted, intended
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.sweep_row import set_sweep
from sweeps.pruning.progress import TO_THE_END
from sweeps.trial import Reason

Command = Literal["pause", "resume", "stop", "cancel", "interrupt"]
COMMANDS: tuple[Command, ...] = get_args(Command)
FOR_GOOD: tuple[Command, ...] = ("stop", "cancel")


def leave(ledger: Ledger, sweep_id: str, command: Command) -> bool:
    """Leave a command for the process that runs the sweep; False when none does.

    Who resumes it takes back a pause that a service would remember when that process ends. An end
    for good that was not heard yet is not replaced by an interruption, which is one that a service
    makes up for. Raises NoSweepError when there is no such sweep.
    """
    if ledger.sweep(sweep_id).holder is None:
        return False
    sweep = schema.sweep.c
    change = update(schema.sweep).where(sweep.id == sweep_id).values(command=command)
    if command == "interrupt":
        change = change.where(or_(sweep.command.is_(None), sweep.command.not_in(FOR_GOOD)))
    with ledger.changing() as connection:
        connection.execute(change)
        if command == "resume":
            intended(connection, sweep_id, None)
    return True


def taken(ledger: Ledger, claim: Claim) -> Command | None:
    """The command that somebody left for the holder, taken away."""
    if ledger.command(claim.sweep_id) is None:
        return None
    left = select(schema.sweep.c.command).where(schema.sweep.c.id == claim.sweep_id)
    with ledger.writing(claim) as connection:
        # Read again: the one before may have been replaced, and must not be lost.
        command = connection.execute(left).scalar()
        set_sweep(connection, claim.sweep_id, command=None)
    return cast(Command | None, command)


def retry(ledger: Ledger, claim: Claim, reasons: Collection[Reason] | None) -> int:
    """Make failed trials run again, with all their tries; None: all but those that were pruned.

    A trial of the last wave is as if it had never been told to the backend. What was asked for
    after an earlier one rests on its failure: for the backend it stays failed. One that was pruned
    is trained to its end. How many they were.
    """
    trial = schema.trial.c
    with ledger.writing(claim) as connection:
        newest = select(func.coalesce(func.max(trial.wave), 0))
        last = connection.execute(newest.where(trial.sweep_id == claim.sweep_id)).scalar_one()
        failed = update(schema.trial).where(
            trial.sweep_id == claim.sweep_id, trial.state.in_(("failed", "pruned"))
        )
        chosen = trial.state == "failed" if reasons is None else trial.reason.in_(list(reasons))
        failed = failed.where(chosen)
        again = connection.execute(
            failed.values(
                state="running",
                tries=0,
                told_failed=trial.told_failed | (trial.wave < last),
                ended_ms=None,
                result=None,
                reason=None,
                shipped=False,
                # What was pruned once is wanted in full: no pruner is asked about it again.
                stages=case((trial.reason == "pruned", TO_THE_END), else_=None),
            )
        )
        _open(connection, claim, again.rowcount)
    return again.rowcount


def extend(ledger: Ledger, claim: Claim, trials: int) -> int:
    """Allow the sweep so many trials more; how many it may have now.

    Raises ValueError when the number of its trials was never capped.
    """
    document = ledger.document(claim.sweep_id)
    search = document.get("search")
    if not isinstance(search, dict) or "trials" not in search:
        raise ValueError(
            "the sweep has no `search.trials` that could be raised: its search ends when there is "
            "nothing left to try"
        )
    total: int = search["trials"] + trials
    changed: dict[str, Any] = document | {"search": search | {"trials": total}}
    with ledger.writing(claim) as connection:
        set_sweep(connection, claim.sweep_id, document=json.dumps(changed))
        _open(connection, claim, trials)
    return total


def _open(connection: Connection, claim: Claim, trials: int) -> None:
    """A sweep with trials to run is no longer what it ended as."""
    if trials:
        set_sweep(connection, claim.sweep_id, state="interrupted", cause=None, end_shipped=False)
        granted(connection, claim.sweep_id)
