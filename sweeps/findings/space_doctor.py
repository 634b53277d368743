"""What of a sweep's space could be better, by what its trials have shown so far."""

from __future__ import annotations

from sweeps.findings.advice import Advice
from sweeps.findings.alike import same_models
from sweeps.findings.batches import large_batches
from sweeps.findings.bounds import on_bounds
from sweeps.findings.effects import without_effect
from sweeps.findings.failing import where_it_fails
from sweeps.findings.observed import observed
from sweeps.findings.refusals import mostly_refused
from sweeps.found import Found

__all__ = ["Advice", "advice"]


def advice(found: Found) -> list[Advice]:
    """What there is to say, the most useful first; the same for the same results.

    Which values are good is not said of several objectives, which pull in different directions.
    """
    seen = observed(found)
    one_objective = not found.sweep.further
    told = [
        *where_it_fails(found),
        *(on_bounds(found, seen) if one_objective else []),
        *large_batches(found, seen),
        *same_models(found),
        *mostly_refused(found.sweep.space),
    ]
    if not one_objective:
        return told
    spoken_of = [name for name in seen.domains if any(_is_about(one, name) for one in told)]
    return told + without_effect(seen, found.sweep.objective.metric, spoken_of)


def _is_about(one: Advice, name: str) -> bool:
    return one.text.startswith((f"{name}:", f"{name} "))
