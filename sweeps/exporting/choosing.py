"""Which fit is trained again for an export: the best configuration, on all training rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from sweeps.draws import fit_seed
from sweeps.exporting.manifest import ExportError
from sweeps.pareto import front_of
from sweeps.problem import Problem
from sweeps.recipe import EarlyStopping, Recipe
from sweeps.remembering import best_of
from sweeps.subjects.networks import Networks
from sweeps.sweep import Evaluate, Objective, Sweep
from sweeps.trainers.patience import Patience
from sweeps.trial import Config, Fit, History, Part, Result, Trial

STOPPING = "early_stopping."
MOST_NAMED = 12


def chosen(sweep: Sweep, results: Sequence[Result], sweep_id: str, number: int | None) -> Result:
    """The trial of that number, or the best one.

    Raises ExportError when there is none with a score, and when several objectives leave no best.
    """
    named = [one for one in results if number in (None, one.trial.number)]
    best = best_of(sweep, named)
    if number is not None and best is None:
        raise ExportError(f"trial {number} of sweep {sweep_id} {_without(named)}")
    if best is None:
        raise ExportError(f"no trial of sweep {sweep_id} has a score: there is nothing to export")
    if number is None and sweep.further:
        front = ", ".join(str(one.trial.number) for one in front_of(sweep, results)[:MOST_NAMED])
        metrics = " and ".join(one.metric for one in sweep.objectives)
        raise ExportError(
            f"sweep {sweep_id} has no best trial by {metrics}: name one of its front, such as "
            f"`--trial {front.partition(',')[0]}`, of {front}"
        )
    return best


def _without(named: Sequence[Result]) -> str:
    if not named:
        return "has no result, or there is none of that number"
    confirms = named[0].trial.confirms
    if confirms is not None:
        return f"confirms trial {confirms}: export that one"
    return "has no score: there is nothing to export"


def refit_of(problem: Problem, best: Result) -> tuple[Fit, Problem]:
    """The fit, and the problem without rows held out from training.

    Early stopping has no rows to watch any more: the refit trains for as many epochs as the best
    trial's parts did on average, or, where the best epoch's weights were restored, as led to those.
    """
    whole = replace(
        problem,
        objective=Objective("train_loss", "minimize"),
        evaluate=Evaluate(metrics=problem.evaluate.metrics),
    )
    stopping = _stopping(problem, best.trial.config)
    config = dict(best.trial.config)
    if stopping is not None:
        config = {name: v for name, v in config.items() if not name.startswith(STOPPING)}
    spec = problem.subject.read(config)
    epochs = epochs_of(best, problem.objective.split, stopping)
    fit = Fit(
        trial=Trial(best.trial.number, config),
        fold=0,
        repeat=0,
        seed=fit_seed(problem.seed, spec.identity, 0, 0),
        budget=spec.epochs if epochs is None else epochs,
    )
    return fit, whole


def epochs_of(best: Result, split: str, stopping: EarlyStopping | None) -> int | None:
    """Epochs that the trial's parts came to on average; None where nobody counted any."""
    parts: Sequence[Part | Result] = best.parts or (best,)
    if stopping is not None and stopping.restore_best:
        name = stopping.monitor if split == "train" else f"{split}_{stopping.monitor}"
        counted = [
            _best_epoch(part.history, name, stopping) for part in parts if name in part.history
        ]
    else:
        counted = [part.metrics["epochs"] for part in parts if "epochs" in part.metrics]
    return max(1, round(fmean(counted))) if counted else None


def _stopping(problem: Problem, config: Config) -> EarlyStopping | None:
    """Early stopping of the built-in networks; a name like it in the user's own code is theirs."""
    if not isinstance(problem.subject, Networks):
        return None
    return Recipe.read(config).early_stopping


def _best_epoch(history: History, name: str, stopping: EarlyStopping) -> float:
    """The last epoch whose weights were kept for the best."""
    patience, best = Patience(stopping), 1
    for epoch, value in enumerate(history[name], start=1):
        if patience.improved(value):
            best = epoch
    return float(best)
