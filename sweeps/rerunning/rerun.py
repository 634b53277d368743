"""Training a trial again. Nothing of it is written to the ledger or to MLflow."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from sweeps.coordinator import open_slots
from sweeps.executors.executor import Slots, Terms
from sweeps.executors.where import Chosen, Where
from sweeps.ledger.view import LedgerView
from sweeps.live import at_work
from sweeps.memo.memo import NOTE
from sweeps.options import Options
from sweeps.parts import Parts
from sweeps.provenance import Change, Provenance, changes, provenance_of
from sweeps.reading.sweep import read_sweep
from sweeps.rerunning.agreement import Agreement, agreement_of
from sweeps.rerunning.company import Company, company_of
from sweeps.trainers.trainer import Pack
from sweeps.trial import Outcome, Result


@dataclass(frozen=True)
class Rerun:
    """How a trial came out when it was trained again.

    `sweep_id` and `trial` are those where it was trained, which the memo may have found for the one
    that was asked for. `fits` of `trials` were trained in `packs`; `apart` says why last digits may
    differ where they may. `changed` is what is another than when the sweep began, None where that
    is not known.
    """

    sweep_id: str
    trial: Result
    agreement: Agreement
    packs: int
    fits: int
    trials: int
    seconds: float
    apart: str | None
    changed: tuple[Change, ...] | None


def rerun(
    ledger: LedgerView, sweep_id: str, number: int, where: Chosen, say: Callable[[str], None]
) -> Rerun:
    """Train the trial again, beside all that was trained beside it, and compare.

    `where` says where it is trained. Raises LookupError for a trial that is not there, ValueError
    for one that cannot be trained again, SpaceError for rows or code that are not there any more.
    """
    sweep_id, trial = _trained(ledger, sweep_id, number)
    parts = Parts.of(read_sweep(ledger.document(sweep_id)))
    if parts.sweep.defined_as_it_runs:
        raise ValueError(
            f"trial {number} chose its values as it ran, from what the search knew then: that is "
            "not kept, so it cannot be trained again"
        )
    now = provenance_of(parts, Where.of(where, where.get("executor") or "processes"))
    kept = ledger.provenance(sweep_id)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sweeps-rerun-") as folder:
        company = company_of(ledger, sweep_id, trial, parts, Path(folder))
        packs = [pack for level in company.levels for pack in level]
        say(f"training {_counted(packs)}")
        with open_slots(parts.trainer, cast(Options, where), say) as slots:
            outcomes = _train(company, parts, slots)
    own = [outcome for outcome in outcomes if outcome.fit.trial.number == trial.trial.number]
    return Rerun(
        sweep_id=sweep_id,
        trial=trial,
        agreement=agreement_of(trial.parts, own),
        packs=len(packs),
        fits=sum(len(pack.fits) for pack in packs),
        trials=len({fit.trial.number for pack in packs for fit in pack.fits}),
        seconds=time.monotonic() - began,
        apart=company.apart,
        changed=None if kept is None else tuple(changes(Provenance.from_json(kept), now)),
    )


def _trained(ledger: LedgerView, sweep_id: str, number: int) -> tuple[str, Result]:
    """Where the trial was trained, and what came of it there."""
    begun = ledger.trial(sweep_id, number)
    if begun.result is None:
        raise ValueError(
            f"trial {number} of sweep {sweep_id} has no result yet: it is {begun.state}"
        )
    found = begun.result.notes.get(NOTE)
    if found is None:
        if not begun.result.parts:
            raise ValueError(f"trial {number} of sweep {sweep_id} was never trained")
        return sweep_id, begun.result
    origin, _, at = found.partition("/")
    try:
        return _trained(ledger, origin, int(at))
    except LookupError:
        # The sweep it came from was removed: its figures are here all the same.
        return sweep_id, begun.result


def _counted(packs: Sequence[Pack]) -> str:
    fits = sum(len(pack.fits) for pack in packs)
    trials = len({fit.trial.number for pack in packs for fit in pack.fits})
    return (
        f"{fits:,} fit{'s' * (fits != 1)} of {trials:,} trial{'s' * (trials != 1)} "
        f"in {len(packs):,} pack{'s' * (len(packs) != 1)}"
    )


def _train(company: Company, parts: Parts, slots: Slots) -> list[Outcome]:
    """The outcomes of all packs; raises what ends a worker or a pack."""
    outcomes: list[Outcome] = []
    for level in company.levels:
        flying = [_submitted(pack, parts, slots) for pack in level]
        outcomes += [outcome for future in flying for outcome in future.result()]
    return outcomes


def _submitted(pack: Pack, parts: Parts, slots: Slots) -> Future[list[Outcome]]:
    terms = Terms(hear=lambda *_: None, alone=pack.alone)
    return slots.submit_on(terms, at_work.train, parts.trainer, pack, parts.problem)
