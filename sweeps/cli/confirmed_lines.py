"""What came of a sweep's confirmations, in two lines where `sweeps best` has the whole table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweeps.cli.catalogue import Catalogue
from sweeps.cli.store_flags import StoreFlags
from sweeps.cli.telling import command
from sweeps.wording import count, figure

if TYPE_CHECKING:
    from sweeps.ledger.records import SweepRow
    from sweeps.trust.trust import Trust

CONCLUDED = ("finished", "out_of_time", "stopped")


def confirmed_lines(shelf: Catalogue, row: SweepRow, store: StoreFlags) -> list[str]:
    """What is recommended, and where the table is; nothing of a sweep that may go on."""
    from sweeps.trust.looking_up import trust_in

    if not row.confirmed or row.state not in CONCLUDED:
        return []
    trust = trust_in(shelf.ledger, row.sweep_id)
    if trust is None or trust.choice is None:
        return []
    table = f"all that were confirmed: {command('best', row.sweep_id, store, None)}"
    return [f"confirmed: {verdict(trust)}", *not_beaten(trust), table]


def so_far(row: SweepRow, top: int) -> list[str]:
    """How far the confirmations of an interrupted sweep are; nothing before they have begun."""
    if not 0 < row.confirmations < top:
        return []
    return [f"confirmed so far: {row.confirmations:,} of the best {top:,}"]


def verdict(trust: Trust) -> str:
    """How many cannot be told apart, and which of them to take."""
    tied, rows = len(trust.tie_set), len(trust.rows)
    if rows == 1:
        row = trust.rows[0]
        return f"trial {row.trial} has {trust.metric} {figure(row.score)} when trained again"
    if tied == 1:
        told = f"trial {trust.tie_set[0].trial} is ahead of {count(rows - 1, 'other')}"
    else:
        told = f"{tied:,} of {rows:,} cannot be told from the best"
    return f"{told}; recommended: trial {trust.recommended}"


def not_beaten(trust: Trust) -> list[str]:
    """That a simple model may be as good; nothing where it is beaten."""
    if trust.baseline is None or trust.baseline.beaten is not False:
        return []
    return [f"  it does NOT beat the baseline, {trust.baseline.name}"]
