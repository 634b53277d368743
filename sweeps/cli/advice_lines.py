"""What was confirmed and what trials say about their space, as the last lines of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweeps.cli.catalogue import Catalogue
from sweeps.cli.chosen import reached
from sweeps.cli.confirmed_lines import confirmed_lines, so_far
from sweeps.cli.endings import BadInputError
from sweeps.cli.store_flags import StoreFlags
from sweeps.errors import LedgerError, printable

if TYPE_CHECKING:
    from sweeps.found import Found
    from sweeps.watcher import Summary

MOST = 3


def advice_after(summary: Summary, store: StoreFlags) -> list[str]:
    """Of a sweep whose session has just ended; in brief when somebody is in a hurry.

    How it ended is to be told even where the ledger has gone away since.
    """
    in_a_hurry = summary.ending == "interrupted"
    if in_a_hurry and not summary.confirmed + summary.unconfirmed:
        return []
    try:
        with reached(store) as shelf:
            row = shelf.sweep(summary.sweep_id)
            if in_a_hurry:
                return so_far(row, shelf.sweep_of(row).evaluate.confirm_top)
            return [*confirmed_lines(shelf, row, store), *advice_lines(shelf, row.sweep_id)]
    except (BadInputError, LedgerError, LookupError):
        return []


def advice_lines(shelf: Catalogue, sweep_id: str) -> list[str]:
    """At most three pieces of advice, a line each; none where nothing can be said."""
    from sweeps.findings.space_doctor import advice

    return [f"advice: {printable(one.text)}" for one in advice(_found(shelf, sweep_id))[:MOST]]


def _found(shelf: Catalogue, sweep_id: str) -> Found:
    """All that was found, in brief: thousands of trials are read in a second."""
    from sweeps.found import Found
    from sweeps.result_json import brief_from_json

    row = shelf.ledger.sweep(sweep_id)
    trials = shelf.ledger.trials(row.sweep_id, brief_from_json)
    return Found(shelf.sweep_of(row), row, tuple(trials))
