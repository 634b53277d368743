"""What can be trusted, as a table in Python."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.ledger.ledger import Ledger
from sweeps.notebook_store import LATEST, store_at
from sweeps.notebook_store import found as whole_id
from sweeps.trust.looking_up import trust_in
from sweeps.trust.rows import Confirmed
from sweeps.trust.trust import Trust

if TYPE_CHECKING:
    import pandas as pd


def confirmed(sweep_id: str = LATEST, *, store: str | Path | None = None) -> pd.DataFrame:
    """The confirmed configurations of the sweep whose id begins so, the best mean first.

    Columns: `trial`, `search_score`, `score` (the confirmed mean), `low` and `high` (its difference
    to the best of the others, at 95 % for all rows together), `in_tie_set`, `recommended`,
    `parameters`, and `params.NAME` as in `results`. `.attrs["trust"]` has the rest: the optimism
    gap, the simple model, what was fresh (`sweeps.trust.trust.Trust`); None where no trial has a
    score or several objectives decide. Raises LookupError.
    """
    import pandas as pd

    place = store_at(store)
    chosen = whole_id(place, sweep_id)
    ledger = Ledger.open(place.ledger_url)
    try:
        trust = trust_in(ledger, chosen)
    finally:
        ledger.close()
    rows = [] if trust is None else [_row(trust, row) for row in trust.rows]
    table = pd.DataFrame(rows, columns=None if rows else list(COLUMNS))
    table.attrs = {"sweep": chosen, "trust": trust}
    return table


COLUMNS = ("trial", "search_score", "score", "low", "high", "in_tie_set", "recommended")


def _row(trust: Trust, row: Confirmed) -> dict[str, Any]:
    low, high = row.difference or (None, None)
    figures = (row.trial, row.search_score, row.score, low, high, row.in_tie_set)
    return {
        **dict(zip(COLUMNS, (*figures, row.trial == trust.recommended), strict=True)),
        "parameters": row.parameters,
        **{f"params.{name}": value for name, value in row.config.items()},
    }
