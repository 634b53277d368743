"""What can be trusted of a sweep in the ledger, without reading more of it than that takes."""

from __future__ import annotations

from sweeps.found import Found
from sweeps.ledger_view import LedgerView
from sweeps.reading import read_sweep
from sweeps.result_json import brief_from_json, result_from_json
from sweeps.trial import Result, Trial
from sweeps.trust.baseline import Baseline
from sweeps.trust.trust import Trust, trust_of


def trust_in(ledger: LedgerView, sweep_id: str) -> Trust | None:
    """As `trust_of`. Raises LookupError when there is no such sweep."""
    row = ledger.sweep(sweep_id)
    text = ledger.baseline(row.sweep_id)
    return trust_of(
        Found(
            sweep=read_sweep(ledger.document(row.sweep_id)),
            row=row,
            trials=tuple(ledger.trials(row.sweep_id, _read)),
            baseline=None if text is None else Baseline.from_json(text),
        )
    )


def _read(trial: Trial, text: str) -> Result:
    """Of the search's trials only what they scored is wanted."""
    return (brief_from_json if trial.confirms is None else result_from_json)(trial, text)
