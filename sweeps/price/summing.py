"""From what was tried to what all of it takes."""

from __future__ import annotations

from collections.abc import Sequence

from sweeps import cores
from sweeps.live.at_work import MOST_FOLLOWED, QUIET_SECONDS
from sweeps.parts import Parts
from sweeps.plan import fits_per_trial
from sweeps.price.arithmetic import Work, price_of, trials_within, within
from sweeps.price.figures import Overhead, Price
from sweeps.price.layout import Layout
from sweeps.price.pace import Pace, Taken
from sweeps.price.trying import Found, Trying
from sweeps.pruning.choose import steps_for
from sweeps.sweep import Sweep
from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit

UNSEEN = 2 * QUIET_SECONDS
"""Seconds of a pack that are not shown while it is trained: it is quiet at first, and what waits to
be sent when the trial ends is dropped."""


def work_of(parts: Parts, layout: Layout, trying: Trying, found: Found, slots: int) -> Work:
    """What all packs take: those that were trained to their end what they took."""
    paces, steps = found.trials.paces(), steps_for(parts.sweep)
    stages = 1 if steps is None or not steps.looks else steps.looks + 1
    fallback = Pace.of([one for tried in found.trials.tried.values() for one in tried])
    kinds = {load.kind for load in trying.loads}
    packs = [
        found.whole[place]
        if place in found.whole and stages == 1
        else paces.get(load.kind, fallback).taken(load, stages)
        for place, load in enumerate(trying.loads)
    ]
    taken = iter(packs)
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
        shown=_shown(parts, layout, found, packs),
    )


def _shown(parts: Parts, layout: Layout, found: Found, packs: Sequence[Taken]) -> float:
    """Rows of MLflow by which somebody sees how far parts of trials are that are trained for long.

    What ended in the last moments is told with the trial's result alone.
    """
    if fits_per_trial(parts.sweep) < 2:
        return 0.0
    names = max(len(outcome.history) for outcome in found.outcomes)
    every = (pack for batch in layout.batches for pack in batch)
    return sum(
        found.share
        * names
        * sum(fit.budget for fit in _followed(pack))
        * (1 - UNSEEN / one.seconds)
        for pack, one in zip(every, packs, strict=True)
        if one.seconds > UNSEEN
    )


def _followed(pack: Pack) -> list[Fit]:
    """The fits of which every epoch is told."""
    numbers = list(dict.fromkeys(fit.trial.number for fit in pack.fits))[:MOST_FOLLOWED]
    return [fit for fit in pack.fits if fit.trial.number in numbers]


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
