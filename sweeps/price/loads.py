"""What a pack asks of its trainer, in numbers that compare with those of packs alike.

Packs of one kind are trained by the same programs, so that what some of them take tells what the
others will. Heavy packages are not needed for that: plain data decides what goes together.
"""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sweeps import cores
from sweeps.problem import Problem
from sweeps.recipe import Recipe
from sweeps.trainers.admission import recipes_of
from sweeps.trainers.auto import Auto
from sweeps.trainers.fused.bucket import Sizes, bucket_of
from sweeps.trainers.fused.courses import courses_of
from sweeps.trainers.fused.packing import Lane, abreast, lanes_of, work
from sweeps.trainers.fused_fit import FusedFit, sizes_of
from sweeps.trainers.trainer import Pack, Trainer
from sweeps.trial import Fit

FEW_LANES = 3e10
"""Operations of an epoch up to which a pack is not cut to be tried: less than a second."""


@dataclass(frozen=True)
class Load:
    """How much a pack is. `work` and `labour` are what all of its epochs ask for.

    `work` is what passes while cores share it, `labour` what they do together; a kind has units
    of its own.
    """

    kind: Hashable
    fits: int
    work: float
    labour: float


def load_of(pack: Pack, trainer: Trainer, problem: Problem) -> Load:
    """How much it is for that trainer."""
    fused = _fuses(trainer, pack, problem)
    if fused is not None:
        found = _fused_load(pack.fits, fused, problem)
        if found is not None:
            return found
    kind = type(trainer).__name__ if not isinstance(trainer, Auto) else "KerasFit"
    epochs = float(sum(max(1, fit.budget) for fit in pack.fits))
    return Load((kind, len(pack.fits) > 1), len(pack.fits), epochs, epochs)


def shortened(pack: Pack, epochs: int) -> Pack:
    """The pack for so many epochs at most; nothing of it is kept on disk, or goes on from there."""
    fits = [
        replace(
            fit,
            budget=min(fit.budget, epochs),
            trial=replace(fit.trial, budget=min(fit.budget, epochs)),
            save_to=None,
        )
        for fit in pack.fits
    ]
    return replace(pack, fits=tuple(fits))


def begun(pack: Pack, before: Mapping[int, int]) -> Pack:
    """The pack as if nothing had been trained before: fits have the epochs that they will train.

    `before` are the epochs that trials have behind them when they begin.
    """
    fits = [
        replace(
            fit,
            budget=max(1, fit.budget - before.get(fit.trial.number, 0)),
            resume_from=None,
            keeping=None,
            seconds=None,
        )
        for fit in pack.fits
    ]
    return replace(pack, fits=tuple(fits))


def narrowed(pack: Pack, trainer: Trainer, problem: Problem) -> Pack:
    """As much of a pack as keeps every core busy, where an epoch of all of it would take long."""
    fused = _fuses(trainer, pack, problem)
    if fused is None:
        return pack
    lanes = _lanes(pack.fits, fused, problem)
    threads = cores.threads()
    once = sum(_size_of(lane) / max(1, max(c.epochs for c in lane.courses)) for lane in lanes)
    if len(lanes) <= threads or once <= FEW_LANES:
        return pack
    kept = [fit for lane in lanes[:threads] for course in lane.courses for fit in course.fits]
    return replace(pack, fits=tuple(kept))


def _fuses(trainer: Trainer, pack: Pack, problem: Problem) -> FusedFit | None:
    """The fused trainer where it is the one that trains the pack."""
    if isinstance(trainer, FusedFit):
        return trainer
    if isinstance(trainer, Auto) and not any(trainer.fused.refusals(pack.fits, problem)):
        return trainer.fused
    return None


def _fused_load(fits: Sequence[Fit], trainer: FusedFit, problem: Problem) -> Load | None:
    lanes = _lanes(fits, trainer, problem)
    if not lanes:
        return None
    each = [_size_of(lane) for lane in lanes]
    threads = abreast(lanes, cores.threads())
    kind = (lanes[0].bucket, max(lane.size for lane in lanes))
    return Load(kind, len(fits), threads * makespan(each, threads), sum(each))


def _lanes(fits: Sequence[Fit], trainer: FusedFit, problem: Problem) -> list[Lane]:
    """The lanes that the pack is trained in on a CPU."""
    sizes = sizes_of(problem)
    if not isinstance(sizes, Sizes):
        return []
    read = zip(fits, recipes_of(fits, problem), strict=True)
    recipes = [(fit, recipe) for fit, recipe in read if isinstance(recipe, Recipe)]
    courses = courses_of(recipes, problem.draw_of)
    buckets = [bucket_of(course.recipe, sizes, trainer.precision) for course in courses]
    return lanes_of(buckets[0], courses, on_cpu=True) if courses else []


def _size_of(lane: Lane) -> float:
    """What all seats of a lane do, idle ones too: they go along with the longest."""
    return lane.size * max(work(lane.bucket, course) for course in lane.courses)


def makespan(lengths: Sequence[float], places: int) -> float:
    """How long it takes until all are done, each begun as soon as a place is free."""
    free: list[Any] = [0.0] * max(1, min(places, len(lengths)))
    for length in lengths:
        heapq.heappush(free, heapq.heappop(free) + length)
    return float(max(free))
