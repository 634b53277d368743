"""What came of made-up sweeps, as the ledger would say it."""

from __future__ import annotations

from collections.abc import Sequence

from sweeps.found import Found
from sweeps.ledger.records import Begun, SweepRow
from sweeps.sweep import Sweep
from sweeps.trial import Result
from sweeps.trust.baseline import Baseline

BEGAN_MS = 1_790_000_000_000
SECOND = 1000


def found(
    sweep: Sweep,
    results: Sequence[Result],
    baseline: Baseline | None = None,
    state: str = "finished",
    sweep_id: str = "abc234",
) -> Found:
    """A sweep with these results, whose trials began a second after one another."""
    trials = tuple(_begun(position, result) for position, result in enumerate(results))
    return Found(sweep, _row(sweep, results, state, sweep_id), trials, baseline)


def _begun(position: int, result: Result) -> Begun:
    started = BEGAN_MS + position * SECOND
    return Begun(
        trial=result.trial,
        state=result.state,
        attempt=1,
        tries=0,
        told_failed=False,
        started_ms=started,
        ended_ms=started + SECOND,
        result=result,
        shipped=True,
    )


def _row(sweep: Sweep, results: Sequence[Result], state: str, sweep_id: str) -> SweepRow:
    counts = {kind: sum(one.state == kind for one in results) for kind in STATES}
    return SweepRow(
        sweep_id=sweep_id,
        name=sweep.name,
        task=sweep.task.label,
        backend=sweep.search.backend,
        state=state,
        created_ms=BEGAN_MS,
        ended_ms=BEGAN_MS + (len(results) + 1) * SECOND,
        spent_seconds=len(results) + 1.0,
        done=counts["done"],
        failed=counts["failed"],
        pruned=counts["pruned"],
        running=0,
        cancelled=0,
        unsent=0,
        end_sent=True,
        core_seconds=sum(one.cost.core_seconds for one in results if one.cost is not None),
        gpu_seconds=0.0,
        holder=None,
        cause=None,
    )


STATES = ("done", "failed", "pruned")
