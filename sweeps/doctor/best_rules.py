"""The best trial must be the best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sweeps.doctor.violation import Fault
from sweeps.remembering import best_of
from sweeps.sweep import Sweep
from sweeps.trial import Result


def best_faults(sweep: Sweep, kept: Result | None, results: Sequence[Result]) -> Iterator[Fault]:
    """`kept` is what the ledger's columns make the best; `results` is all there are."""
    best = best_of(sweep, results)
    found, right = _number(kept), _number(best)
    if found != right:
        yield Fault("best", f"the ledger's best is {found}, by the results it is {right}")


def _number(result: Result | None) -> str:
    return "no trial" if result is None else f"trial {result.trial.number}"
