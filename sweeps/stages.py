"""The seam between the loop and how a trial is trained: in one go, or a stage at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sweeps import evaluation
from sweeps.ledger.records import Begun
from sweeps.ledger.trial_rows import Stage
from sweeps.open_trial import OpenTrial
from sweeps.pruning.choose import steps_for
from sweeps.sweep import Objective, Sweep
from sweeps.trial import Fit, Outcome, Result


@dataclass(frozen=True)
class Step:
    """What came of outcomes: results, what is known of trials that go on, and fits to train next.

    Results and `kept` belong in one transaction; `spent` checkpoints are of no use after that.
    """

    results: Sequence[Result] = ()
    kept: Sequence[Stage] = ()
    fits: Sequence[Fit] = ()
    spent: Sequence[str] = ()


class Stages(Protocol):
    """Knows what of the trials without a result is trained next."""

    def begin(self, trials: Sequence[tuple[OpenTrial, Sequence[Fit]]]) -> Sequence[Fit]:
        """Take trials, each with all that it is trained in full; what is trained of them first."""

    def take(self, outcomes: Sequence[Outcome]) -> Step:
        """Outcomes of what was trained."""


class OneGo:
    """Trials that are trained in one go: each has its result when it has all of its outcomes."""

    def __init__(self, *objectives: Objective) -> None:
        self._objectives = objectives
        self._open: dict[int, OpenTrial] = {}

    def begin(self, trials: Sequence[tuple[OpenTrial, Sequence[Fit]]]) -> Sequence[Fit]:
        """All of their fits."""
        for opened, fits in trials:
            self._open[opened.trial.number] = opened
            opened.expected = len(fits)
        return [fit for _, fits in trials for fit in fits]

    def take(self, outcomes: Sequence[Outcome]) -> Step:
        """The results of trials that are complete now."""
        complete = [
            outcome.fit.trial.number
            for outcome in outcomes
            if self._open[outcome.fit.trial.number].take(outcome)
        ]
        return Step([self._result(self._open.pop(number)) for number in complete])

    def _result(self, opened: OpenTrial) -> Result:
        return evaluation.result_of(opened.trial, opened.ordered(), *self._objectives)


def stages_for(sweep: Sweep, folder: Path, begun: Iterable[Begun]) -> Stages:
    """How a sweep's trials are trained; `begun` are those that there are already.

    `folder` is where checkpoints are kept.
    """
    steps = steps_for(sweep)
    if steps is None:
        return OneGo(*sweep.objectives)
    from sweeps.pruning.staging import Staging  # which imports Optuna

    return Staging(sweep, steps, folder, begun)
