"""Which fit is trained again for an export: the best configuration, on all training rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from sweeps.draws import fit_seed
from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from sweeps.trial import Fit, Part, Result, Trial

STOPPING = "early_stopping."


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
    config = {n: v for n, v in best.trial.config.items() if not n.startswith(STOPPING)}
    spec = problem.subject.read(config)
    epochs = epochs_of(best, problem.objective.split)
    fit = Fit(
        trial=Trial(best.trial.number, config),
        fold=0,
        repeat=0,
        seed=fit_seed(problem.seed, spec.identity, 0, 0),
        budget=spec.epochs if epochs is None else epochs,
    )
    return fit, whole


def epochs_of(best: Result, split: str) -> int | None:
    """Epochs that the trial's parts came to on average; None where nobody counted any."""
    config = best.trial.config
    parts: Sequence[Part | Result] = best.parts or (best,)
    if config.get(f"{STOPPING}restore_best"):
        monitor = str(config.get(f"{STOPPING}monitor", "loss"))
        name = monitor if split == "train" else f"{split}_{monitor}"
        counted = [_best_epoch(part.history, name) for part in parts if name in part.history]
    else:
        counted = [part.metrics["epochs"] for part in parts if "epochs" in part.metrics]
    return max(1, round(fmean(counted))) if counted else None


def _best_epoch(history: Mapping[str, Sequence[float]], name: str) -> float:
    values = list(history[name])
    sign = -1.0 if name.endswith("accuracy") else 1.0
    return 1.0 + min(range(len(values)), key=lambda epoch: sign * values[epoch])
