"""Why a sweep does not do what is asked of it, in the words that commands and the API share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from sweeps.trial import Reason
from sweeps.wording import reasons_in_words, shown, titled

if TYPE_CHECKING:
    from sweeps.ledger.records import SweepRow

HEARD: Mapping[str, Collection[str]] = {
    "pause": ("pausing", "paused"),
    "resume": ("running",),
    "stop": ("stopping", "stopped"),
    "cancel": ("cancelled",),
}
"""By command, the states that show that it was heard."""

NOTHING_LEFT = ("stopped", "cancelled", "finished")
"""States of a sweep that has nothing left to stop."""


def is_final(row: SweepRow) -> str:
    """To whoever wants it to go on."""
    return f"{titled(row)} was {row.state}, which is final: run its file again"


def is_taken(row: SweepRow, done: str) -> str:
    """To whoever wants it `retried` or `extended` while somebody runs it."""
    return (
        f"sweep {row.sweep_id} is being run by {row.holder}: it can be {done} when that has ended"
    )


def is_stopping(row: SweepRow) -> str:
    """To whoever wants it paused."""
    return f"{titled(row)} is stopping for good: it cannot be paused"


def is_run_by_nobody(row: SweepRow) -> str:
    """To whoever wants it paused."""
    return f"{titled(row)} is {shown(row.state)}: nobody runs it, so it cannot be paused"


def is_over(row: SweepRow, command: str) -> str:
    """To whoever wants it ended for good."""
    return f"{titled(row)} is {row.state}: nothing is left to {command}"


def has_no_number_of_trials(row: SweepRow) -> str:
    """To whoever wants it extended."""
    return (
        f"{titled(row)} has no search.trials that could be raised: its search ends when nothing is "
        "left to try, or with its time"
    )


def to_retry(
    row: SweepRow, failed: Mapping[Reason, int], reasons: Collection[Reason] | None
) -> Mapping[Reason, int]:
    """By reason, how many trials a retry takes: those with one of `reasons`, or all that `failed`.

    Who asks for trials that were pruned has to say so. Raises LookupError when there are none.
    """
    found: Mapping[Reason, int] = failed
    if row.pruned and reasons is not None:
        found = {**failed, "pruned": row.pruned}
    again = {name: found[name] for name in found if reasons is None or name in reasons}
    if not again:
        told = f"; {reasons_in_words(found)} did" if found else ""
        wanted = "failed" if reasons is None else f"failed for {' or '.join(reasons)}"
        raise LookupError(f"{titled(row)}: no trial {wanted}{told}")
    return again
