"""Epochs that trials are trained for, all folds and repeats together: what `budget.epochs` counts.

What has no epochs, a function say, counts as one epoch a fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweeps.pruning.choose import prunes_by_parts
from sweeps.sweep import Evaluate, Sweep
from sweeps.trial import Result, Trial

if TYPE_CHECKING:
    from sweeps.problem import Problem  # which imports NumPy, and `sweeps plan` reads this file

EARLY = "early_stopping."
"""What the names of parameters begin with that may end a fit before its last epoch."""


def planned(trial: Trial, problem: Problem) -> int:
    """Epochs that the trial has behind it if nothing ends it early, those of its parent included.

    A configuration that the subject cannot be counts one a fit.
    """
    fits = _fits(problem.evaluate)
    if trial.budget is not None:
        return fits * trial.budget
    try:
        return fits * problem.subject.read(trial.config).epochs
    except ValueError:
        return fits


def trained(result: Result, sweep: Sweep) -> int | None:
    """Epochs that the trial has behind it, those of its parent included; None if nobody knows.

    A trial that was ended between its parts has trained no more of them than that.
    """
    epochs, fits = result.metrics.get("epochs"), _fits(sweep.evaluate)
    if result.pruned is not None and prunes_by_parts(sweep):
        fits = result.pruned.step
    return None if epochs is None else round(epochs * fits)


def most_trials(sweep: Sweep) -> int | None:
    """How many trials spend the budget; None without one, and where trials differ in length."""
    if sweep.budget.epochs is None or sweep.search.backend == "hyperband":
        return None
    names = {param.name: param for param in sweep.space.params}
    epochs = names.get("epochs")
    if epochs is None or not epochs.fixed or epochs.when or any(n.startswith(EARLY) for n in names):
        return None
    each = _fits(sweep.evaluate) * int(str(epochs.domain.at(0)))  # type: ignore[union-attr]
    return -(-sweep.budget.epochs // each)


def _fits(evaluate: Evaluate) -> int:
    return max(1, evaluate.folds) * evaluate.repeats
