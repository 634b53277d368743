"""A trial that is trained a stage at a time: what each stage trains, and what is known so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

from sweeps import evaluation
from sweeps.open_trial import OpenTrial
from sweeps.pruning.progress import Known, outcomes_of
from sweeps.sweep import Objective
from sweeps.trial import Failure, Fit, Outcome, Pruned, Result

SHORTEST = 0.001
"""Seconds that a stage is given when the trial's time is up: a trainer then says so itself."""

Place = tuple[int, int]
"""Repeat and fold."""


@dataclass(frozen=True)
class Stage:
    """What is trained of a trial before it is looked at again, at `step`."""

    step: int
    fits: Sequence[Fit]


class StagedTrial:
    """One open trial, at the stage that is being trained."""

    def __init__(
        self, opened: OpenTrial, stages: Sequence[Stage], known: Known, objective: Objective
    ) -> None:
        self.opened = opened
        self._objective = objective
        self._stages = stages
        self._outcomes: dict[Place, Outcome] = {}
        self.reported: tuple[tuple[int, float], ...] = ()
        self._at = 0
        if known.past is not None:
            self._take_up(known.past)
        self._missing = {place_of(fit) for fit in self.fits()}

    def _take_up(self, past: Result) -> None:
        self.reported = past.reported
        self._at = len(past.reported)
        by_then = {place_of(fit): fit for stage in self._stages[: self._at] for fit in stage.fits}
        self._outcomes = outcomes_of(past, by_then)

    @property
    def number(self) -> int:
        """Of the trial."""
        return self.opened.trial.number

    @property
    def step(self) -> int:
        """Where the stage ends: an epoch, or how many parts are done."""
        return self._stages[self._at].step

    @property
    def behind(self) -> bool:
        """Whether the stage is trained."""
        return not self._missing

    def fits(self) -> list[Fit]:
        """What the stage trains: all of its fits but those that have ended by themselves."""
        return [self._timed(fit) for fit in self._stages[self._at].fits if not self._ended(fit)]

    def _timed(self, fit: Fit) -> Fit:
        """The fit, with the time that its earlier stages have left."""
        before = self._outcomes.get(place_of(fit))
        if fit.seconds is None or before is None:
            return fit
        return replace(fit, seconds=max(fit.seconds - before.counted_seconds, SHORTEST))

    def _ended(self, fit: Fit) -> bool:
        """Whether an earlier stage was its last: it failed, or stopped before the stage's end."""
        outcome = self._outcomes.get(place_of(fit))
        if outcome is None:
            return False
        budget = outcome.fit.budget
        return outcome.error is not None or outcome.metrics.get("epochs", budget) < budget

    def take(self, outcome: Outcome) -> None:
        """Add an outcome to those of earlier stages."""
        place = place_of(outcome.fit)
        before = self._outcomes.get(place)
        self._outcomes[place] = outcome if before is None else evaluation.gone_on(before, outcome)
        self._missing.discard(place)

    @property
    def value(self) -> float | None:
        """The objective's mean over what the stage is about; None without a finite one."""
        places = [place_of(fit) for fit in self._stages[self._at].fits]
        outcomes = [self._outcomes[place] for place in places]
        metric = self._objective.metric
        if any(one.error is not None or metric not in one.metrics for one in outcomes):
            return None
        value = fmean(one.metrics[metric] for one in outcomes)
        return value if math.isfinite(value) else None

    @property
    def over(self) -> bool:
        """Whether the trial ends with this stage, unpruned."""
        if self.value is None or self._at + 1 == len(self._stages):
            return True
        return all(self._ended(fit) for fit in self._stages[self._at + 1].fits)

    def report(self, value: float) -> None:
        """Note the stage's value."""
        self.reported = (*self.reported, (self.step, value))

    def go_on(self) -> list[Fit]:
        """Turn to the next stage; its fits."""
        self._at += 1
        fits = self.fits()
        self._missing = {place_of(fit) for fit in fits}
        return fits

    @property
    def spent(self) -> list[str]:
        """Checkpoints that nothing goes on from once the stage is kept."""
        fits = self._stages[self._at].fits
        paths = [fit.resume_from for fit in fits if fit.resume_from is not None]
        return [*paths, *(fit.keeping.path for fit in fits if fit.keeping is not None)]

    def result(self) -> Result:
        """What came of the trial, or would have if it ended here."""
        outcomes = [self._outcomes[place] for place in sorted(self._outcomes)]
        result = evaluation.result_of(self.opened.trial, outcomes, self._objective)
        return replace(result, reported=self.reported)

    def pruned_at(self, pruned: Pruned, said: str) -> Result:
        """The trial ends here, since others have done better."""
        error = Failure("pruned", said)
        return replace(self.result(), score=None, error=error, pruned=pruned)


def place_of(fit: Fit) -> Place:
    """Repeat and fold."""
    return fit.repeat, fit.fold


def by_epochs(fits: Sequence[Fit], steps: Sequence[int], folder: Path) -> list[Stage]:
    """All parts up to one epoch after the other, each from where the stage before has ended.

    A stage's own checkpoints have the epoch in their names, so that a stage that is repeated never
    goes on from a later one. `steps` end with the fits' own budget.
    """
    stages: list[Stage] = []
    before: int | None = None
    for step in steps:
        end = None if step == steps[-1] else step
        stages.append(Stage(step, [_up_to(fit, step, before, end, folder) for fit in fits]))
        before = step
    return stages


def _up_to(fit: Fit, step: int, before: int | None, end: int | None, folder: Path) -> Fit:
    return replace(
        fit,
        budget=step,
        resume_from=_checkpoint(folder, fit, before) or fit.resume_from,
        save_to=_checkpoint(folder, fit, end) or fit.save_to,
    )


def _checkpoint(folder: Path, fit: Fit, epoch: int | None) -> str | None:
    if epoch is None:
        return None
    return str(folder / f"{fit.trial.number}-{fit.repeat}-{fit.fold}-{epoch}.npz")


def by_parts(fits: Sequence[Fit]) -> list[Stage]:
    """One part after the other, each in full."""
    return [Stage(done, [fit]) for done, fit in enumerate(fits, start=1)]
