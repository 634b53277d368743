"""A trainer that costs nothing and yet goes on from checkpoints, wherever it runs."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sweeps import checkpoints
from sweeps.problem import Problem
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome

LONG = 60.0
"""More seconds than a test waits for a fit."""


@dataclass(frozen=True)
class MadeUp:
    """Makes a loss up for every epoch, each from the one before, the first from what the fit is.

    Training on from another trial's checkpoint, or with an epoch too many or too few, so gives
    another history. A fit takes `seconds`, each epoch its part of them, and says when it begins if
    they are many.
    """

    seconds: float = 0.0

    @property
    def environment(self) -> Mapping[str, str]:
        return {}

    def processes(self, cores: int) -> int:
        return 0

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:
        return [Pack((fit,)) for fit in fits]

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        return [self._outcome(fit, problem.objective.metric, progress) for fit in pack.fits]

    def _outcome(self, fit: Fit, metric: str, progress: Progress | None) -> Outcome:
        if self.seconds > LONG:
            print("training", fit.trial.number, flush=True)
        losses = _kept(fit)
        pause = self.seconds / max(1, fit.budget - len(losses))
        while len(losses) < fit.budget:
            time.sleep(pause)
            losses.append(_next(fit, losses))
            if progress is not None:
                progress(fit, len(losses), {"loss": losses[-1]})
        if fit.save_to is not None:
            checkpoints.save(Path(fit.save_to), {"losses": np.array(losses)}, {})
        metrics = {metric: losses[-1], "epochs": float(len(losses))}
        return Outcome(fit, metrics, {"loss": tuple(losses)}, seconds=0.25)


def _kept(fit: Fit) -> list[float]:
    if fit.resume_from is None:
        return []
    kept = checkpoints.load(Path(fit.resume_from))
    return [] if kept is None else [float(loss) for loss in kept.arrays["losses"]]


def _next(fit: Fit, losses: Sequence[float]) -> float:
    """In [0, 1)."""
    what = json.dumps([fit.trial.config, fit.seed, fit.fold, fit.repeat, *losses], sort_keys=True)
    return int(hashlib.sha256(what.encode()).hexdigest()[:8], 16) / 2**32
