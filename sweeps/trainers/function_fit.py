"""Improves whatever a function of the user's returns: `objective(config)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sweeps.problem import Problem
from sweeps.sweep import SubjectChoice
from sweeps.tasks.no_rows import NoRows
from sweeps.trainers.functions.returned import metrics_of
from sweeps.trainers.functions.signature import takes, wanted
from sweeps.trainers.own.children import children_allowed
from sweeps.trainers.own.fits import (
    ONE_THREAD,
    Measured,
    alone,
    own_rows,
    refused,
    trained,
)
from sweeps.trainers.own.seeding import small
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome
from sweeps.user_code.user_code import UserCodeError, blamed, load


@dataclass(frozen=True)
class FunctionFit:
    """Calls `objective(config) -> number | mapping of numbers`, once a fit.

    `config` is a plain dict of the trial's own. Where it has `epochs`, they are those of the fit:
    what Hyperband grants; fewer that it has trained it may return as `epochs`. A promoted trial
    begins anew, since nobody here knows what to keep of it.

    A parameter `data` is given the fit's rows (`sweeps.tasks.task.Data`), a parameter `seed` a
    number below 2**31. `random` and `numpy.random` start from it as well.
    """

    choice: SubjectChoice
    folder: str = ""

    @property
    def environment(self) -> Mapping[str, str]:
        """One thread a worker, where the user has not said otherwise."""
        return dict(ONE_THREAD)

    def processes(self, cores: int) -> int:
        """One a core."""
        return cores

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:  # noqa: ARG002
        """Each fit alone."""
        return alone(fits)

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:  # noqa: ARG002
        """One call after the other.

        What the function raises, a `sys.exit` too, and what it returns that is no number are
        `user_error`; folds for a function without `data` are `bad_configuration`; figures that are
        not finite are `diverged`.
        """
        return trained(pack, problem, self._measured, "function")

    def _measured(self, fit: Fit, problem: Problem) -> Measured:
        path = self.choice.path
        function = load(path, self.folder)
        with blamed(path):
            given = _given(function, path, self.choice.options.get("takes"))
        config, further = _arguments(fit, problem, path, given)
        with blamed(path), children_allowed():
            returned = function(config, **further)
            found = metrics_of(returned, problem.metrics, path)
        if "epochs" in fit.trial.config:
            found.setdefault("epochs", float(fit.budget))
        return Measured(found)


def _given(function: Callable[..., Any], path: str, said: str | None) -> list[str]:
    """The names of what the function is given besides its configuration."""
    if not callable(function):
        raise UserCodeError(f"{path} is a {type(function).__name__}, which cannot be called")
    if (said or takes(function)) == "trial":
        raise UserCodeError(
            f"{path} takes an Optuna trial: say so, `function: {{path: {path}, takes: trial}}`, "
            "or `takes: config` if its `trial` is a configuration"
        )
    return wanted(function, path)


def _arguments(
    fit: Fit, problem: Problem, path: str, given: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The configuration, and what is given by name."""
    config = dict(fit.trial.config)
    if "epochs" in config:
        config["epochs"] = fit.budget
    further: dict[str, Any] = {}
    if "seed" in given:
        further["seed"] = small(fit.seed)
    if "data" in given:
        if isinstance(problem.task, NoRows):
            raise refused(f"{path} has a parameter `data`, and the sweep has no task: add one")
        further["data"] = own_rows(fit, problem)
    elif problem.evaluate.folds:
        raise refused(
            f"evaluate.folds: {problem.evaluate.folds} folds, and {path} has no parameter `data`: "
            "it would not know which rows a fold leaves out"
        )
    return config, further
