"""The fits of the study's experiments and of one network trained many times over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sweeps.evaluation import fits_of
from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective, TaskChoice
from sweeps.tasks.choose import task_for
from sweeps.trial import Config, Fit, Trial
from tests.benchmarks.peers.posts import POSTS
from tests.sweeps.tiny_task import TinyTask

EXPERIMENTS = ("layers", "units", "ratio", "epochs", "batch_size")
"""The study's experiments 1 to 5, by the names that `sweeps reproduce` knows: 603 networks."""

ROWS = 275
"""Rows that a penguin network trains on."""

NETWORK: Config = {
    "layer_count": 2,
    "width": 100,
    "activation": "relu",
    "optimizer": "adam",
    "learning_rate": 0.001,
    "batch_size": 32,
    "epochs": 5,
}
"""The study's network, 6-100-100-3."""

WEIGHTS = 6 * 100 + 100 * 100 + 100 * 3
NO_CHECKPOINTS = Path("no-checkpoints")


@dataclass(frozen=True)
class Work:
    """Fits to train, and what they are trained on."""

    problem: Problem
    fits: Sequence[Fit]


def experiment(name: str, repeats: int) -> Work:
    """All fits of one of the study's experiments, in the order of its trials."""
    from sweeps.parts import Parts
    from sweeps.reproduce.experiments import EXPERIMENTS as KNOWN
    from sweeps.reproduce.experiments import sweep_of

    known = {found.name: found for found in KNOWN}
    parts = Parts.of(sweep_of(known[name], repeats=repeats))
    search = parts.backend.start(parts.sweep.space, parts.sweep.seed)
    trials: list[Trial] = []
    while offered := search.ask(parts.backend.batch):
        trials.extend(offered)
    return Work(parts.problem, _fits(trials, parts.problem))


def network(repeats: int, metric: str) -> Work:
    """One network, from so many seeds, on made-up rows of the penguins' shape: NumPy makes them.

    With `train_accuracy` nothing is looked at while it trains; with `test_accuracy` the 69 test
    rows are judged after every epoch.
    """
    task = TinyTask(train=ROWS, test=69, columns=6)
    problem = Problem(task, Evaluate(repeats=repeats), Objective(metric), seed=0)
    return Work(problem, _fits([Trial(0, NETWORK)], problem))


def post(name: str) -> Work:
    """All configurations of a post's network, on its real data, which are loaded by then.

    The loop's are loaded as well before its time is taken.
    """
    wanted = POSTS[name]
    task = task_for(TaskChoice(wanted.task), "")
    problem = Problem(task, Evaluate(first=wanted.validated), Objective("val_accuracy"), seed=0)
    shape: Config = {
        "width.layers": "-".join(map(str, wanted.units)),
        "optimizer": wanted.optimizer,
        "batch_size": wanted.batch_size,
        "epochs": wanted.epochs,
    }
    trials = [
        Trial(
            number,
            {
                **shape,
                "learning_rate": one.rate,
                "dropout": one.dropout,
                "regularizers.kernel_l2": one.kernel_l2,
            },
        )
        for number, one in enumerate(wanted.settings)
    ]
    problem.data(0, 0)
    return Work(problem, _fits(trials, problem))


def dense_arithmetic(fits: int, epochs: int = 5) -> float:
    """Floating-point operations of the dense layers: 6 x weights x rows x epochs for each fit."""
    return 6.0 * WEIGHTS * ROWS * epochs * fits


def _fits(trials: Sequence[Trial], problem: Problem) -> list[Fit]:
    return [fit for trial in trials for fit in fits_of(trial, problem, NO_CHECKPOINTS)]
