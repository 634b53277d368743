"""The best of a sweep as plain data: what `sweeps best --json` prints, and a service answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sweeps.pareto import front_kept
from sweeps.sweep import Sweep
from sweeps.trial import Result

if TYPE_CHECKING:
    from sweeps.ledger.reading import LedgerReading
    from sweeps.trust.trust import Trust


def best_in(ledger: LedgerReading, sweep_id: str, sweep: Sweep) -> dict[str, Any] | None:
    """The best of a sweep in a ledger, as JSON can hold it."""
    from sweeps.trust.looking_up import trust_in

    maximize = sweep.objective.goal == "maximize"
    found = best_fields(
        sweep,
        ledger.best(sweep_id, maximize=maximize),
        front_kept(ledger, sweep, sweep_id),
        trust_in(ledger, sweep_id),
    )
    document: dict[str, Any] | None = finite(found)
    return document


def best_fields(
    sweep: Sweep, best: Result | None, front: Sequence[Result], trust: Trust | None
) -> dict[str, Any] | None:
    """The best trial and what can be trusted of it, or the front, if there is one.

    None when no trial has a score.
    """
    if front:
        return front_fields(sweep, front)
    found = trial_fields(sweep, best)
    known = {"trust": None if trust is None else trust.to_dict()}
    return None if found is None else found | known


def trial_fields(sweep: Sweep, best: Result | None) -> dict[str, Any] | None:
    """The best trial alone."""
    if best is None:
        return None
    return {
        "trial": best.trial.number,
        "metric": sweep.objective.metric,
        "score": best.score,
        "config": best.trial.config,
        "budget": best.trial.budget,
        "metrics": best.metrics,
        "seconds": best.seconds,
        "cost": None if best.cost is None else asdict(best.cost),
    }


def front_fields(sweep: Sweep, front: Sequence[Result]) -> dict[str, Any]:
    """The trials that no other one beats."""
    return {
        "objectives": [{"metric": one.metric, "goal": one.goal} for one in sweep.objectives],
        "front": [
            {
                "trial": one.trial.number,
                "scores": {each.metric: one.metrics[each.metric] for each in sweep.objectives},
                "config": one.trial.config,
                "metrics": one.metrics,
                "seconds": one.seconds,
            }
            for one in front
        ],
    }


def finite(value: Any) -> Any:
    """What is not a finite number becomes null, which every reader of JSON takes."""
    if isinstance(value, Mapping):
        return {str(key): finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
