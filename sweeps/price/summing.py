"""From what was tried to what all of it takes."""

from __future__ import annotations

from sweeps import cores
from sweeps.parts import Parts
from sweeps.price.arithmetic import Work, price_of, trials_within, within
from sweeps.price.figures import Overhead, Price
from sweeps.price.layout import Layout
from sweeps.price.pace import Pace, Taken
from sweeps.price.trying import Found, Trying
from sweeps.pruning.choose import steps_for
from sweeps.sweep import Sweep


def work_of(parts: Parts, layout: Layout, trying: Trying, found: Found, slots: int) -> Work:
    """What all packs take: those that were trained to their end what they took."""
    paces, steps = found.trials.paces(), steps_for(parts.sweep)
    stages = 1 if steps is None or not steps.looks else steps.looks + 1
    fallback = Pace.of([one for tried in found.trials.tried.values() for one in tried])
    kinds = {load.kind for load in trying.loads}
    taken = iter(
        found.whole[place]
        if place in found.whole and stages == 1
        else paces.get(load.kind, fallback).taken(load, stages)
        for place, load in enumerate(trying.loads)
    )
    first = [found.trials.loads_like(kind) for kind in kinds]
    every = min(slots, max(1, len(trying.loads)))
    return Work(
        batches=[[next(taken) for _ in some] for some in layout.batches],
        loading=Taken(
            sum(one.seconds for one in first), every * sum(one.core_seconds for one in first)
        ),
        laid_out=len(layout.trials),
        trials=len(layout.trials) if layout.complete else parts.plan.trials,
        fits=len(layout.fits),
        epochs=layout.epochs,
        slots=slots,
    )


def priced(sweep: Sweep, work: Work, overhead: Overhead) -> Price:
    """Of all trials, or of those that fit where there is no other end."""
    count = cores.usable()
    budget = sweep.budget
    limits = []
    if budget.minutes is not None:
        limits.append(trials_within(work, overhead, 60 * budget.minutes))
    if budget.epochs is not None and work.epochs:
        limits.append(max(1, int(budget.epochs / work.scaled(work.epochs, 1))))
    fitting = min(limits, default=None)
    trials = work.trials if work.trials is not None else fitting or work.laid_out
    return within(price_of(work, overhead, trials, count), fitting)
