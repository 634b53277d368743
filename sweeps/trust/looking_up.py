"""What can be trusted of a sweep in the ledger, without reading more of it than that takes."""

from __future__ import annotations

from sweeps.found import Found
from sweeps.ledger.reading import LedgerReading
from sweeps.reading.sweep import read_sweep
from sweeps.result_json import confirmations_whole
from sweeps.trust.baseline import Baseline
from sweeps.trust.trust import Trust, trust_of


def trust_in(ledger: LedgerReading, sweep_id: str) -> Trust | None:
    """As `trust_of`. Raises LookupError when there is no such sweep."""
    row = ledger.sweep(sweep_id)
    text = ledger.baseline(row.sweep_id)
    return trust_of(
        Found(
            sweep=read_sweep(ledger.document(row.sweep_id)),
            row=row,
            trials=tuple(ledger.trials(row.sweep_id, confirmations_whole)),
            baseline=None if text is None else Baseline.from_json(text),
        )
    )
