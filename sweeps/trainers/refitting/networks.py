"""A built-in network, trained by Keras and kept as a compiled `.keras` file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sweeps.problem import Problem
from sweeps.recipe import Recipe
from sweeps.tasks.task import Data, head_of
from sweeps.trainers.admission import missing_metric, rows_of
from sweeps.trainers.divergence import DivergedError, refuse_nonfinite
from sweeps.trainers.measures import judged
from sweeps.trainers.network import Blueprint, loss_of, model_of, optimizer_of
from sweeps.trainers.program import Program, program_for
from sweeps.trainers.refitting.refit import RefitError, Refitted
from sweeps.trainers.training import Training
from sweeps.trial import Failure, Fit
from sweeps.user_code.user_code import UserCodeError

FILE = "model.keras"


def refit(fit: Fit, problem: Problem, folder: Path) -> Refitted:
    """See `refitted`."""
    recipe, data, task = Recipe.read(fit.trial.config), _rows(problem), problem.task
    blueprint = Blueprint.on(recipe, data.train, task.outputs, head_of(task))
    with program_for(blueprint) as program:
        try:
            figures = _trained(fit, recipe, program, data, problem)
        except DivergedError as error:
            raise RefitError(str(error)) from error
        except UserCodeError as error:  # a metric of the user's own
            raise RefitError(str(error), error.lines) from error
        _model_of(program, recipe).save(folder / FILE)
    return Refitted({"model": FILE}, figures, keras="tensorflow")


def _rows(problem: Problem) -> Data:
    missing = missing_metric(problem)
    data = rows_of(0, 0, problem)
    failure = data if isinstance(data, Failure) else missing
    if failure is not None:
        raise RefitError(failure.message, failure.traceback)
    assert isinstance(data, Data)
    return data


def _trained(
    fit: Fit, recipe: Recipe, program: Program, data: Data, problem: Problem
) -> dict[str, float]:
    """Train the program to the fit's budget; the figures of the train and the test rows."""
    training = Training.fresh(recipe, fit.seed, "train", program, data)
    while training.epoch < fit.budget:
        training.train_epoch()
    figures: dict[str, float] = {}
    for split, rows in training.parts.items():
        figures |= judged(program, rows, f"{split}_", problem)[0]
    refuse_nonfinite(figures, f"after epoch {training.epoch}")
    return figures


def _model_of(program: Program, recipe: Recipe) -> Any:
    """A model of its own with the program's weights, compiled, so that it can be evaluated."""
    model = model_of(program.blueprint)
    model.set_weights(program.weights())
    optimizer = optimizer_of(recipe.optimizer)
    optimizer.learning_rate = recipe.learning_rate
    measure = "mae" if program.blueprint.head == "linear" else "accuracy"
    optimizer.build(model.trainable_variables)  # or what is saved of it could not be read again
    model.compile(optimizer, loss_of(program.blueprint.head), metrics=[measure])
    return model
