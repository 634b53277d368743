"""Several objectives at once: which results no other one beats.

A result dominates another when it is at least as good by every objective and better by one; those
that none dominates are the Pareto front. Its members cannot be ranked without somebody's say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sweeps.sweep import Sweep
from sweeps.trial import Result

if TYPE_CHECKING:
    from sweeps.found import Found
    from sweeps.ledger.reading import LedgerReading


def front(found: Found) -> tuple[Result, ...]:
    """The search's results that none of its others dominates; see `front_of`."""
    return front_of(found.sweep, found.results)


def front_kept(ledger: LedgerReading, sweep: Sweep, sweep_id: str) -> tuple[Result, ...]:
    """The front of a sweep in the ledger so far, in brief; empty with a single objective."""
    return front_of(sweep, ledger.briefs(sweep_id)) if sweep.further else ()


def front_of(sweep: Sweep, results: Sequence[Result]) -> tuple[Result, ...]:
    """Those of the results that none of the others dominates, confirmations left out.

    The best by the first objective comes first, of equals the best by the next one, and then the
    earliest; results that are equal by every objective are all in it.
    """
    scored = [
        (scores, result.trial.number, result)
        for result in results
        if result.trial.confirms is None and (scores := scores_of(sweep, result))
    ]
    scored.sort(key=lambda one: one[:2])
    return tuple(scored[position][2] for position in undominated([one[0] for one in scored]))


def scores_of(sweep: Sweep, result: Result) -> tuple[float, ...]:
    """The result by every objective, smaller is better; empty where it has no score."""
    if result.score is None:
        return ()
    values = (result.score, *(result.metrics.get(one.metric, math.nan) for one in sweep.further))
    if not all(math.isfinite(value) for value in values):
        return ()
    return tuple(
        objective.minimised(value)
        for objective, value in zip(sweep.objectives, values, strict=True)
    )


def undominated(scores: Sequence[tuple[float, ...]]) -> list[int]:
    """The positions of those that none dominates; `scores` are sorted, smaller is better."""
    if len(scores[0] if scores else ()) > 2:
        return _undominated_by_many(scores)
    kept: list[int] = []
    for position, one in enumerate(scores):
        # Sorted by the first, all that comes later must be better by the second.
        if not kept or one == scores[kept[-1]] or one[1:] < scores[kept[-1]][1:]:
            kept.append(position)
    return kept


def _undominated_by_many(scores: Sequence[tuple[float, ...]]) -> list[int]:
    import numpy as np

    values, left = np.array(scores).T.copy(), np.arange(len(scores))
    kept: list[int] = []
    while len(left):
        # Nothing that comes later in the order dominates what comes first.
        first = values[:, :1]
        kept += left[np.logical_and.reduce(values == first)].tolist()
        better = np.logical_or.reduce(values < first)
        values, left = values[:, better], left[better]
    return kept
