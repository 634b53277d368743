"""A built-in network, trained by Keras and kept as a compiled `.keras` file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sweeps.problem import Problem
from sweeps.recipe import Recipe
from sweeps.tasks.task import head_of
from sweeps.trainers.divergence import DivergedError
from sweeps.trainers.measures import measured
from sweeps.trainers.network import Blueprint, loss_of, model_of, optimizer_of
from sweeps.trainers.program import Program, program_for
from sweeps.trainers.refitting.refit import RefitError, Refitted
from sweeps.trainers.training import Training
from sweeps.trial import Fit

FILE = "model.keras"


def refit(fit: Fit, problem: Problem, folder: Path) -> Refitted:
    """See `refitted`."""
    recipe, data, task = Recipe.read(fit.trial.config), problem.data(0, 0), problem.task
    blueprint = Blueprint.on(recipe, data.train, task.outputs, head_of(task))
    with program_for(blueprint) as program:
        training = Training.fresh(recipe, fit.seed, "train", program, data)
        try:
            while training.epoch < fit.budget:
                training.train_epoch()
        except DivergedError as error:
            raise RefitError(str(error)) from error
        figures: dict[str, float] = {}
        for split, rows in training.parts.items():
            figures |= measured(program, rows, f"{split}_")
        _model_of(program, recipe).save(folder / FILE)
    return Refitted({"model": FILE}, figures, keras="tensorflow")


def _model_of(program: Program, recipe: Recipe) -> Any:
    """A model of its own with the program's weights, compiled, so that it can be evaluated."""
    model = model_of(program.blueprint)
    model.set_weights(program.weights())
    optimizer = optimizer_of(recipe.optimizer)
    optimizer.learning_rate = recipe.learning_rate
    regression = program.blueprint.head == "linear"
    optimizer.build(model.trainable_variables)  # or what is saved of it could not be read again
    model.compile(optimizer, loss_of(program.blueprint.head), ["mae" if regression else "accuracy"])
    return model
