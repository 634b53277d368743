"""What MLflow had, and is to be given once more."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update

from sweeps.lease import Claim
from sweeps.ledger import schema
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.sweep_row import set_sweep

AT_ONCE = 1000
"""Numbers in one statement: databases take no more than some thousands."""


def mark_unsent(ledger: Ledger, claim: Claim, numbers: Sequence[int], *, end: bool) -> None:
    """Count these trials, and with `end` how the sweep ended, as not sent to MLflow yet."""
    trial = schema.trial.c
    with ledger.writing(claim) as connection:
        for start in range(0, len(numbers), AT_ONCE):
            some = numbers[start : start + AT_ONCE]
            connection.execute(
                update(schema.trial)
                .where(trial.sweep_id == claim.sweep_id, trial.number.in_(some))
                .values(shipped=False)
            )
        if end:
            set_sweep(connection, claim.sweep_id, end_shipped=False)
