"""A sweep as the ledger has it, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

from search_spaces import SpaceError
from sweeps.backends.choose import backend_for
from sweeps.doctor.best_rules import best_faults
from sweeps.doctor.confirm_rules import confirm_faults, part_faults
from sweeps.doctor.ending_rules import ending_faults
from sweeps.doctor.expected import Expected, expected_run
from sweeps.doctor.order_rules import order_faults
from sweeps.doctor.point_rules import point_faults
from sweeps.doctor.queue_rules import queue_faults
from sweeps.doctor.trial_rules import trial_faults
from sweeps.doctor.violation import Fault
from sweeps.ledger.evidence import Evidence, KeptTrial
from sweeps.ledger.records import SweepRow
from sweeps.reading.sweep import read_sweep
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.warm_start.priors import priors_in


@dataclass(frozen=True)
class LedgerSide:
    """`row` is the sweep as a listing shows it, `stands` as the table has it.

    `sweep` is None when its description cannot be read; then no trial was looked at. `kept` trials
    are by number, without histories and parts; `expected` is what MLflow must have of them.
    """

    row: SweepRow
    stands: Any
    sweep: Sweep | None
    faults: Sequence[Fault]
    kept: Mapping[int, KeptTrial] = field(default_factory=dict)
    expected: Mapping[int, Expected] = field(default_factory=dict)


def look_at_ledger(store: Store, sweep_id: str) -> LedgerSide:
    """Read a sweep, by the beginning of its id, and hold it against the rules for the ledger.

    Raises LookupError and LedgerError.
    """
    if store.ledger_file is not None and not store.ledger_file.is_file():
        raise LookupError(f"no sweeps in {store.place} yet")
    with closing(Evidence(store.ledger_url)) as evidence:
        row = evidence.sweep(sweep_id)
        stands = evidence.stands(row.sweep_id)
        try:
            sweep = read_sweep(evidence.document(row.sweep_id))
            backend_for(sweep.search, sweep.space).check(sweep.space)
        except (SpaceError, ValueError) as error:
            said = f"the sweep's description in the ledger cannot be read: {error}"
            return LedgerSide(row, stands, None, [Fault("description", said)])
        kept: dict[int, KeptTrial] = {}
        expected: dict[int, Expected] = {}
        faults: list[Fault] = []
        for one in evidence.kept(row.sweep_id):
            faults += trial_faults(one, sweep, stands.created_ms)
            faults += part_faults(one, sweep)
            run = expected_run(sweep, row.sweep_id, one)
            if run is not None:
                expected[one.number] = run
            kept[one.number] = _slim(one)
        if all(one.unreadable is None for one in kept.values()):
            maximize = sweep.objective.goal == "maximize"
            best = evidence.best(row.sweep_id, maximize=maximize)
            results = [one.result for one in kept.values() if one.result is not None]
            faults += best_faults(sweep, best, results)
        faults += queue_faults(stands, evidence.job(row.sweep_id), list(kept.values()))
    faults += _of_the_sweep(sweep, stands, list(kept.values()))
    return LedgerSide(row, stands, sweep, faults, kept, expected)


def _of_the_sweep(sweep: Sweep, stands: Any, trials: Sequence[KeptTrial]) -> Iterator[Fault]:
    yield from ending_faults(stands, trials, sweep)
    yield from order_faults(trials)
    before = [prior.config for prior in priors_in(stands.priors)] if stands.priors else ()
    yield from point_faults(sweep, stands.state, trials, before)
    yield from confirm_faults(sweep, stands.state, trials)


def _slim(kept: KeptTrial) -> KeptTrial:
    """The trial without history and parts, so that tens of thousands can be held."""
    if kept.result is None:
        return kept
    return replace(kept, result=replace(kept.result, history={}, parts=()))
