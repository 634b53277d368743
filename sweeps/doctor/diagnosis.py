"""Everything that must be so of a sweep, looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from sweeps.doctor.auditor import mlflow_auditor
from sweeps.doctor.ledger_side import LedgerSide, look_at_ledger
from sweeps.doctor.parent_rules import parent_faults
from sweeps.doctor.run_rules import run_faults
from sweeps.doctor.runs import sorted_out
from sweeps.doctor.violation import Fault, Mend, Violation, mendable, merged, together
from sweeps.store import Store
from tracking.records import RunFacts
from tracking.tracker import TrackingError


@dataclass(frozen=True)
class Diagnosis:
    """What was found out about a sweep.

    `runs` counts those in MLflow; it is None when MLflow could not be asked, and `unreachable` says
    why. `unsent` trials have a result that MLflow was not given yet, which breaks no rule; neither
    does an end that it was not told (`end_sent`). `holder` is who runs the sweep: then it was
    looked at as it stood.
    """

    sweep_id: str
    name: str
    state: str
    trials: int
    runs: int | None
    unsent: int
    end_sent: bool
    holder: str | None
    violations: tuple[Violation, ...]
    unreachable: str | None = None

    @property
    def well(self) -> bool:
        """Whether everything could be looked at, and no rule is broken."""
        return not self.violations and self.unreachable is None

    @property
    def mend(self) -> Mend:
        """What would bring MLflow back to what the ledger says."""
        return merged([one.mend for one in self.violations if one.mend is not None])


def diagnose(store: Store, sweep_id: str, *, tracking_uri: str | None = None) -> Diagnosis:
    """Hold a sweep's ledger and its runs in MLflow against every rule; nothing is changed.

    `sweep_id` may be the beginning of an id. Runs are looked for at `tracking_uri` (None: where
    MLflow logs by default). A sweep may be looked at while it runs. A healthy one has no
    `violations`; each of them names its rule, the trials, and, where MLflow alone is wrong, what
    would mend it. Raises LookupError for an id that is not in the store, LedgerError when the
    ledger cannot be read; a tracking store that cannot be reached is told in the diagnosis instead.
    """
    side = look_at_ledger(store, sweep_id)
    found: list[RunFacts] | None = None
    unreachable: str | None = None
    try:
        # After the ledger was read: what that counts as sent must be there by now.
        with closing(mlflow_auditor(tracking_uri)) as opened:
            found = opened.audit(side.row.sweep_id)
    except TrackingError as error:
        unreachable = str(error)
    faults = [*side.faults, *_of_runs(side, found)]
    return Diagnosis(
        sweep_id=side.row.sweep_id,
        name=side.row.name,
        state=side.row.state,
        trials=len(side.kept),
        runs=None if found is None else len(found),
        unsent=side.row.unsent,
        end_sent=side.row.end_sent,
        holder=side.row.holder,
        violations=together(mendable(faults)),
        unreachable=unreachable,
    )


def _of_runs(side: LedgerSide, found: Sequence[RunFacts] | None) -> Iterator[Fault]:
    """What is wrong with MLflow, given the ledger."""
    if side.sweep is None or found is None:
        return
    runs = sorted_out(found, side.expected, side.sweep.objective.metric)
    held = side.row.holder is not None
    yield from run_faults(runs, side.kept, held=held, end_sent=side.row.end_sent)
    if not held:
        yield from parent_faults(side.sweep, side.stands, list(side.kept.values()), runs.parents)
