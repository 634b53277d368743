"""What must be so of trials that are trained a stage at a time, and of those that were pruned."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sweeps.doctor.violation import Fault
from sweeps.ledger.evidence import KeptTrial
from sweeps.trial import Pruned, Result

RULE = "stages"


def stage_faults(kept: KeptTrial) -> Iterator[Fault]:
    """Everything that is wrong with a trial's stages, in the ledger or in its result."""
    if kept.known is not None and kept.state != "running":
        yield _fault(kept, f"{kept.state}, but with stages that would go on")
    past = kept.known.past if kept.known is not None else None
    for result in (kept.result, past):
        if result is not None:
            yield from _in_order(kept, result)
    if past is not None and not past.reported:
        yield _fault(kept, "stages are kept, but no value of any")
    if kept.result is not None and kept.result.pruned is not None:
        yield from _about_pruning(kept, kept.result, kept.result.pruned)


def _in_order(kept: KeptTrial, result: Result) -> Iterator[Fault]:
    steps = [step for step, _ in result.reported]
    if any(after <= before for before, after in pairwise(steps)):
        yield _fault(kept, "values reported to the pruner are out of order")


def _about_pruning(kept: KeptTrial, result: Result, pruned: Pruned) -> Iterator[Fault]:
    """A trial is pruned at the last value that it reported, and fell short of something."""
    if result.state != "pruned":
        yield _fault(kept, f"{kept.state}, but its result says where it was pruned")
    reported = result.reported or (result.defined.reported if result.defined else ())
    if not reported or reported[-1] != (pruned.step, pruned.value):
        yield _fault(kept, "pruned at another value than the last that it reported")
    if pruned.margin is not None and not pruned.margin >= 0:
        yield _fault(kept, f"pruned with a margin of {pruned.margin:g}")


def _fault(kept: KeptTrial, said: str) -> Fault:
    return Fault(RULE, said, kept.number)
