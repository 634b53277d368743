"""What can be trusted of a sweep in the ledger, without reading more of it than that takes."""

from __future__ import annotations

from sweeps.found import Found
from sweeps.ledger.reading import LedgerReading
from sweeps.ledger.records import Begun
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep
from sweeps.trust.baseline import Baseline
from sweeps.trust.trust import Trust, trust_of


def trust_in(ledger: LedgerReading, sweep_id: str) -> Trust | None:
    """As `trust_of`. Raises LookupError when there is no such sweep."""
    row = ledger.sweep(sweep_id)
    sweep = read_sweep(ledger.document(row.sweep_id))
    if sweep.further:
        return None
    text = ledger.baseline(row.sweep_id)
    return trust_of(
        Found(
            sweep=sweep,
            row=row,
            trials=tuple(_that_matter(ledger, sweep, row.sweep_id)),
            baseline=None if text is None else Baseline.from_json(text),
        )
    )


def _that_matter(ledger: LedgerReading, sweep: Sweep, sweep_id: str) -> list[Begun]:
    """The search's best, what was confirmed, and the confirmations: few, however many others."""
    again = [ledger.trial(sweep_id, number) for number in ledger.confirmations(sweep_id)]
    numbers = {one.trial.confirms for one in again if one.trial.confirms is not None}
    best = ledger.best(sweep_id, maximize=sweep.objective.goal == "maximize")
    if best is not None:
        numbers.add(best.trial.number)
    return [*(ledger.trial(sweep_id, number) for number in sorted(numbers)), *again]
