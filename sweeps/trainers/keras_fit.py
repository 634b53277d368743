"""Trains one network at a time with Keras on TensorFlow: the reference for every other trainer."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sweeps import checkpoints
from sweeps.checkpoints import Checkpoint
from sweeps.problem import Problem
from sweeps.recipe import Recipe
from sweeps.tasks.task import Data, head_of
from sweeps.trainers.admission import columns_of, missing_metric, recipe_of
from sweeps.trainers.breakdown import failure_of
from sweeps.trainers.divergence import DivergedError, refuse_nonfinite
from sweeps.trainers.measures import judged
from sweeps.trainers.network import Blueprint
from sweeps.trainers.program import program_for
from sweeps.trainers.tensorflow_import import load
from sweeps.trainers.time_limit import TimeLimit
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trainers.training import Training
from sweeps.trainers.under_way import Interval, Past, paths_of
from sweeps.trial import Failure, Fit, Outcome
from sweeps.user_code.user_code import UserCodeError

ENVIRONMENT = {
    "KERAS_BACKEND": "tensorflow",
    # One thread each: sums are then added in one order, on any number of cores and workers.
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    # Rounds the same on every processor, and costs nothing on networks of this size.
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}

MOST_PROCESSES = 4


@dataclass(frozen=True)
class KerasFit:
    """Fits multi-layer perceptrons with Keras's layers, optimizers, losses and regularizers.

    The loop over batches is ours (see `program`); histories and weights are those of `model.fit`
    given the same initial weights and row order. Learning rates are set before every step; the
    history holds the one at the epoch's start, as `LearningRateScheduler` logs it.
    """

    @property
    def environment(self) -> Mapping[str, str]:
        """What must stand before TensorFlow is imported."""
        return dict(ENVIRONMENT)

    def processes(self, cores: int) -> int:
        """One a core, four at most: each holds a GB or two."""
        return min(cores, MOST_PROCESSES)

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:  # noqa: ARG002
        """Each fit alone."""
        return [Pack((fit,)) for fit in fits]

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        """The fits one after the other.

        A configuration that is no recipe (`bad_configuration`), a task that cannot give its rows
        and a metric of the user's that raises (`user_error`), a figure that is not finite
        (`diverged`), a lack of memory (`out_of_memory`), what TensorFlow refuses to compute
        (`crashed`) and time that is up (`timed_out`) are outcomes; anything else raises, an OSError
        about a checkpoint too.

        Time is that of epochs, what is measured after each of them included; loading TensorFlow
        and rows, tracing graphs and judging the trained network are not counted.
        """
        limit = TimeLimit(pack.fits)
        return limit.told([_outcome(fit, problem, progress, limit) for fit in pack.fits])


def _outcome(fit: Fit, problem: Problem, progress: Progress | None, limit: TimeLimit) -> Outcome:
    started = time.perf_counter()
    recipe = recipe_of(fit, problem)
    if isinstance(recipe, Failure):
        return _failed(fit, started, recipe)
    data = columns_of(fit.fold, fit.repeat, problem)
    if isinstance(data, Failure):
        return _failed(fit, started, data)
    missing = missing_metric(problem)
    if missing is not None:
        return _failed(fit, started, missing)
    tf, _ = load()
    try:
        return _trained(fit, recipe, problem, data, progress, limit, started)
    except (tf.errors.OpError, MemoryError) as error:
        return _failed(fit, started, failure_of(error))


def _trained(
    fit: Fit,
    recipe: Recipe,
    problem: Problem,
    data: Data,
    progress: Progress | None,
    limit: TimeLimit,
    started: float,
) -> Outcome:
    task = problem.task
    blueprint = Blueprint.on(recipe, data.train, task.outputs, head_of(task))
    with program_for(blueprint) as program:
        training = Training.fresh(recipe, fit.seed, problem.objective.split, program, data)
        past = Past.of(paths_of([fit]), training.fingerprint)
        _continue(training, past.up_to(fit.budget))
        outcome = _come_of(fit, training, problem, progress, limit, started)
        return replace(outcome, notes=past.notes)


def _come_of(
    fit: Fit,
    training: Training,
    problem: Problem,
    progress: Progress | None,
    limit: TimeLimit,
    started: float,
) -> Outcome:
    """What comes of a fit from where it stands."""
    try:
        with limit.counting():
            _train(training, fit, progress, limit)
        if _goes_on(training, fit):
            failure = limit.failure(training.epoch, fit.budget)
            return _reported(fit, training, started, {}, {}, failure)
        return _judged(fit, training, problem, started)
    except DivergedError as error:
        failure = Failure("diverged", str(error))
        return _reported(fit, training, started, {}, {}, failure)
    except UserCodeError as error:  # a metric of the user's own
        return _reported(fit, training, started, {}, {}, error.failure)


def _train(training: Training, fit: Fit, progress: Progress | None, limit: TimeLimit) -> None:
    """Epochs, until the last of them or until the time is up, and kept on the way."""
    interval = Interval([fit])
    while _goes_on(training, fit) and not limit.is_over:
        values = training.train_epoch()
        due = interval.is_over()
        if progress is not None:
            progress(fit, training.epoch, values)
        if due and fit.keeping is not None and _goes_on(training, fit):
            _keep(training, fit.keeping.path)
            interval.begin()


def _goes_on(training: Training, fit: Fit) -> bool:
    return training.epoch < fit.budget and not training.stopped


def _continue(training: Training, checkpoint: Checkpoint | None) -> None:
    """Go on from there; without a checkpoint from epoch 0, to the same result."""
    if checkpoint is not None:
        training.go_on_from(checkpoint)


def _keep(training: Training, path: str) -> None:
    checkpoint = training.checkpoint()
    checkpoints.save(Path(path), checkpoint.arrays, checkpoint.state)


def _judged(fit: Fit, training: Training, problem: Problem, started: float) -> Outcome:
    """Measure every split with the final weights, then keep the checkpoint."""
    checkpoint = training.checkpoint()
    training.settle()
    figures: dict[str, float] = {}
    confusion: dict[str, tuple[tuple[int, ...], ...]] = {}
    for split, rows in training.parts.items():
        found, matrix = judged(training.program, rows, f"{split}_", problem)
        figures |= found
        if matrix is not None:
            confusion[split] = matrix
    refuse_nonfinite(figures, f"after epoch {training.epoch}")
    if fit.save_to is not None:
        checkpoints.save(Path(fit.save_to), checkpoint.arrays, checkpoint.state)
    return _reported(fit, training, started, figures, confusion)


def _reported(
    fit: Fit,
    training: Training,
    started: float,
    figures: Mapping[str, float],
    confusion: Mapping[str, tuple[tuple[int, ...], ...]],
    error: Failure | None = None,
) -> Outcome:
    metrics = {
        **figures,
        "parameters": float(training.program.parameters),
        "epochs": float(training.epoch),
    }
    history = {name: tuple(values) for name, values in training.history.items()}
    seconds = time.perf_counter() - started
    return Outcome(fit, metrics, history, seconds, confusion, error)


def _failed(fit: Fit, started: float, failure: Failure) -> Outcome:
    return Outcome(fit, {}, {}, time.perf_counter() - started, error=failure)
