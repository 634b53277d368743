"""How fast this machine trains, found out by training a few of the networks that are to come."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sweeps import cores
from sweeps.evaluation import fits_of
from sweeps.executors.executor import Slots
from sweeps.problem import Problem
from sweeps.reproduce.estimate import Pace, configs, operations_of
from sweeps.sweep import Sweep
from sweeps.tasks.choose import task_for
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit, Trial

PER_CORE = 4
"""Networks that are trained for each core: two lanes of deep ones."""


def measured(sweep: Sweep, executor: Slots) -> Pace:
    """The pace where the executor trains, by the network in the middle of the sweep.

    It takes some seconds, most of them for a program that the sweep itself needs.
    """
    each = executor.submit(timed, *_sample(sweep)).result()
    return replace(each, operations=each.operations * executor.slots)


def timed(fits: Sequence[Fit], problem: Problem) -> Pace:
    """Train the fits twice, in this process: what the first time took longer was compiling."""
    from sweeps.trainers.fused.jax_import import load

    load()
    first, second = (_seconds(fits, problem) for _ in range(2))
    return Pace(operations_of(fits, problem) / second, max(0.0, first - second))


def _seconds(fits: Sequence[Fit], problem: Problem) -> float:
    started = time.perf_counter()
    FusedFit().train(Pack(tuple(fits)), problem, None)
    return time.perf_counter() - started


def _sample(sweep: Sweep) -> tuple[list[Fit], Problem]:
    """One network, as often as keeps every core busy."""
    repeats = PER_CORE * cores.usable()
    evaluate = replace(sweep.evaluate, repeats=repeats)
    problem = Problem(task_for(sweep.task), evaluate, sweep.objective, sweep.seed)
    every = list(configs(sweep))
    middle = every[len(every) // 2]
    return fits_of(Trial(0, middle), problem, Path()), problem
