"""A sweep and all that has come of it so far: what reports, tables and advice are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sweeps.ledger.reading import LedgerReading
from sweeps.ledger.records import Begun, SweepRow
from sweeps.reading.sweep import read_sweep
from sweeps.result_json import confirmations_whole, result_from_json
from sweeps.sweep import Sweep
from sweeps.trial import Result
from sweeps.trust.baseline import Baseline

READ_WHOLE = 10_000
"""More trials than these come without their histories and parts, but for confirmations."""


@dataclass(frozen=True)
class Found:
    """What the ledger knows of a sweep. `trials` are all that were begun, by number."""

    sweep: Sweep
    row: SweepRow
    trials: tuple[Begun, ...]
    baseline: Baseline | None = None

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """Those of the search, by trial number."""
        return tuple(one for one in self._all if one.trial.confirms is None)

    @cached_property
    def confirmed(self) -> tuple[Result, ...]:
        """Those of the search's best configurations on fresh seeds and folds, by trial number."""
        return tuple(one for one in self._all if one.trial.confirms is not None)

    @property
    def _all(self) -> list[Result]:
        return [begun.result for begun in self.trials if begun.result is not None]


def found_of(ledger: LedgerReading, sweep_id: str) -> Found:
    """What has come of the sweep. Raises LookupError when there is none."""
    row = ledger.sweep(sweep_id)
    read = result_from_json if row.ended <= READ_WHOLE else confirmations_whole
    text = ledger.baseline(row.sweep_id)
    return Found(
        sweep=read_sweep(ledger.document(row.sweep_id)),
        row=row,
        trials=tuple(ledger.trials(row.sweep_id, read)),
        baseline=None if text is None else Baseline.from_json(text),
    )
