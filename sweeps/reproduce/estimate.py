"""How long sweeps take with the fused trainer, on a machine whose pace is known."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sweeps.evaluation import fits_of
from sweeps.plan import expected_trials
from sweeps.problem import Problem
from sweeps.recipe import Recipe
from sweeps.sweep import Sweep
from sweeps.tasks.choose import task_for
from sweeps.trainers.fused.bucket import Bucket, Sizes, bucket_of
from sweeps.trainers.fused.courses import courses_of
from sweeps.trainers.fused.packing import work
from sweeps.trainers.fused_fit import sizes_of
from sweeps.trial import Config, Fit, Trial

# Seconds, measured with one worker on two cores: rough, as machines differ. What training takes
# beyond them is measured on the machine at hand, see `Pace`.
START = 6.0
PER_SWEEP = 0.6
PER_TRIAL = 0.012
PER_FIT = 0.0005

SHORT = 2.0
"""What an operation of a shallow network takes, in those of a deep one: its steps are short."""

HYPERBAND_SHARE = 0.5
"""Epochs that a Hyperband trial trains, of the maximum, on average over its brackets."""


@dataclass(frozen=True)
class Pace:
    """How fast a machine trains deep networks: operations a second, and seconds to have a program.

    The second is short where the program is in the cache of compiled ones.
    """

    operations: float
    compiling: float


@dataclass(frozen=True)
class Cost:
    """What one repeat of a sweep takes; `operations` are as those of deep networks."""

    trials: int
    fits: int
    operations: float
    programs: frozenset[Bucket]


def cost_of(sweep: Sweep) -> Cost:
    """One repeat's cost, whatever the sweep's own number of repeats. Nothing is trained."""
    once = replace(sweep.evaluate, repeats=1)
    problem = Problem(task_for(sweep.task), once, sweep.objective, sweep.seed)
    trials = [Trial(number, config) for number, config in enumerate(configs(sweep))]
    fits = [fit for trial in trials for fit in fits_of(trial, problem, Path())]
    share = HYPERBAND_SHARE if sweep.search.backend == "hyperband" else 1.0
    done = _operations(fits, problem)
    total = sum(operations for each in done.values() for operations in each)
    return Cost(len(trials), len(fits), share * total, frozenset(done))


def operations_of(fits: Sequence[Fit], problem: Problem) -> float:
    """The arithmetic of training the fits, as that of deep networks."""
    return sum(sum(each) for each in _operations(fits, problem).values())


def configs(sweep: Sweep) -> Iterator[Config]:
    """The grid, or as many random configurations as there will be trials."""
    if sweep.search.backend == "grid":
        yield from (sweep.space.at(index) for index in range(sweep.space.count or 0))
        return
    rng = random.Random(0)
    for _ in range(expected_trials(sweep) or 0):
        yield sweep.space.draw(rng)


def seconds(costs: Iterable[tuple[Cost, int]], pace: Pace) -> float:
    """Estimated wall time of sweeps, each with its number of repeats, from the command's start."""
    known = list(costs)
    programs = frozenset[Bucket]().union(*(cost.programs for cost, _ in known))
    trials = sum(cost.trials for cost, _ in known)
    fits = sum(cost.fits * repeats for cost, repeats in known)
    operations = sum(cost.operations * repeats for cost, repeats in known)
    return (
        START
        + PER_SWEEP * len(known)
        + PER_TRIAL * trials
        + PER_FIT * fits
        + pace.compiling * len(programs)
        + operations / pace.operations
    )


def in_words(duration: float) -> str:
    """Seconds as a person would say them."""
    if duration < 90:
        return f"{max(10, round(duration, -1)):.0f} seconds"
    if duration < 90 * 60:
        return f"{duration / 60:.0f} minutes"
    return f"{duration / 3600:.1f} hours"


def _operations(fits: Sequence[Fit], problem: Problem) -> dict[Bucket, list[float]]:
    """Of each course that serves the fits, by the program that trains it."""
    sizes = sizes_of(problem)
    assert isinstance(sizes, Sizes), "a task that comes with its rows has sizes"
    found: dict[Bucket, list[float]] = {}
    read = [(fit, Recipe.read(fit.trial.config)) for fit in fits]
    for course in courses_of(read, problem.draw_of):
        bucket = bucket_of(course.recipe, sizes)
        each = work(bucket, course) * (1.0 if bucket.looped else SHORT)
        found.setdefault(bucket, []).append(each)
    return found
