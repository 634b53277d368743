"""What must be so of the run of the sweep itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sweeps.doctor.expected import last_values
from sweeps.doctor.violation import Fault, Mend
from sweeps.ledger.evidence import KeptTrial
from sweeps.ledger.records import ACTIVE
from sweeps.ledger.standing import NEVER_BEGUN
from sweeps.pareto import front_of
from sweeps.remembering import STATUS, best_of, sweep_end
from sweeps.sweep import Sweep
from tracking.records import RunFacts, SweepEnd

AGAIN = Mend(end=True)


def parent_faults(
    sweep: Sweep, stands: Any, kept: Sequence[KeptTrial], parents: Sequence[RunFacts]
) -> Iterator[Fault]:
    """Everything that is wrong with the sweep's own run; the first of `parents` is the one to keep.

    `stands` is the sweep's row in the ledger.
    """
    if not parents:
        if stands.backend_state == NEVER_BEGUN:
            return
        if stands.end_shipped or any(one.shipped for one in kept):
            yield _fault("parent", "no run of the sweep itself", AGAIN)
        return
    parent, *doubles = parents
    if doubles:
        mend = Mend(remove=tuple(run.run_id for run in doubles), end=True)
        yield _fault("doubles", f"{len(parents)} runs of the sweep itself", mend)
    if parent.started_ms != stands.created_ms:
        yield _fault("parent", "the sweep's run did not begin when it did", _anew(parent, kept))
    if stands.end_shipped and stands.state in STATUS and stands.state not in ACTIVE:
        yield from _about_end(parent, _end(sweep, stands, kept))


def _fault(rule: str, said: str, mend: Mend) -> Fault:
    return Fault(rule, said, None, mend, "MLflow")


def _anew(parent: RunFacts, kept: Sequence[KeptTrial]) -> Mend:
    """What a run was created with stays, so another takes its place, and all trials hang on it."""
    sent = tuple(one.number for one in kept if one.shipped)
    return Mend(remove=(parent.run_id,), resend=sent, end=True)


def _end(sweep: Sweep, stands: Any, kept: Sequence[KeptTrial]) -> SweepEnd:
    results = [one.result for one in kept if one.result is not None]
    states = [one.state for one in kept if one.trial.confirms is None]
    confirmations = [one.state for one in kept if one.trial.confirms is not None]
    return sweep_end(
        sweep,
        stands.id,
        stands.state,
        stands.ended_ms or 0,
        states.count("done"),
        states.count("failed"),
        best_of(sweep, results),
        (),
        states.count("pruned"),
        confirmations.count("done"),
        confirmations.count("failed"),
        front_of(sweep, results) if sweep.further else (),
    )


def _about_end(parent: RunFacts, end: SweepEnd) -> Iterator[Fault]:
    if parent.status != end.status:
        said = f"the sweep's run has status {parent.status}, which must be {end.status}"
        yield _fault("parent", said, AGAIN)
    for name, text in end.tags.items():
        if parent.tags.get(name) != text:
            found = parent.tags.get(name, "missing")
            said = f"{name} of the sweep's run is {found!r}, which must be {text!r}"
            yield _fault("parent", said, AGAIN)
    yield from _about_figures(parent.metrics, last_values(end.metrics))


def _about_figures(found: Mapping[str, float], right: Mapping[str, float]) -> Iterator[Fault]:
    for name, value in right.items():
        if found.get(name) != value:
            seen = f"{found[name]:g}" if name in found else "missing"
            said = f"{name} of the sweep's run is {seen}, which must be {value:g}"
            yield _fault("best" if name.startswith("best_") else "parent", said, AGAIN)
