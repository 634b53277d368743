"""The study in which a pruner decides: in memory, filled from what is known of all trials."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from optuna.storages import InMemoryStorage
from optuna.study import Study, create_study
from optuna.trial import FrozenTrial, TrialState, create_trial
from optuna.trial import Trial as OptunaTrial

from sweeps.backends.optuna_quiet import quiet
from sweeps.pruning.choice import PrunerChoice
from sweeps.pruning.making import pruner_of
from sweeps.pruning.margin import margin_of
from sweeps.sweep import Goal
from sweeps.trial import Pruned, Result

Reported = Sequence[tuple[int, float]]

NAME = "sweeps"
"""Of every study: which of its brackets a trial is in, hyperband draws from name and number."""

HALVING = ("successive_halving", "hyperband")
"""Pruners that note on a trial which rungs it has reached."""


class Notes(InMemoryStorage):
    """A storage that shows what a pruner would note on a trial, and does not keep it."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: dict[str, Any] = {}

    def set_trial_system_attr(self, trial_id: int, key: str, value: Any) -> None:  # noqa: ARG002
        """Nothing is kept before it is decided."""
        self.noted[key] = value

    def keep(self, trial_id: int) -> None:
        """What was noted last belongs to this trial."""
        for key, value in self.noted.items():
            super().set_trial_system_attr(trial_id, key, value)


class PruningStudy:
    """Every trial of a sweep, by number, as the pruner must see it.

    Trials without a result run, with the values that they have reported so far. The same values in
    the same order give the same decisions as in any study of Optuna's.
    """

    def __init__(self, choice: PrunerChoice, goal: Goal) -> None:
        self._goal = goal
        self._notes = _wrapped_kind(choice) in HALVING
        self._best: float | None = None
        with quiet():
            self._pruner = pruner_of(choice)
            self._storage, self._study = self._empty()
            self._alone = self._empty()

    def _empty(self) -> tuple[Notes, Study]:
        storage = Notes()
        return storage, create_study(storage=storage, study_name=NAME, direction=self._goal)

    def begin(self, number: int, past: Reported = ()) -> None:
        """Trial `number` runs, and was asked about after each of these values."""
        self._add(number, TrialState.RUNNING, None, past, past)

    def over(self, number: int, result: Result) -> None:
        """Add a trial that has its result."""
        reported = result.reported
        if result.pruned is not None:
            self._add(number, TrialState.PRUNED, reported[-1][1], reported, reported)
        elif result.score is not None:
            # Nobody is asked about a trial at its end.
            self._add(number, TrialState.COMPLETE, result.score, reported, reported[:-1])
        else:
            self._add(number, TrialState.FAIL, None, reported, reported)

    def _add(
        self, number: int, state: TrialState, value: float | None, had: Reported, asked: Reported
    ) -> None:
        notes = self._noted(number, asked) if self._notes and asked else None
        for _, reported in had:
            self._look_at(reported)
        with quiet():
            # What was never trained has no place of its own, and numbers must be right.
            while len(self._trials()) < number:
                self._study.add_trial(create_trial(state=TrialState.FAIL))
            self._study.add_trial(
                create_trial(
                    state=state, value=value, intermediate_values=dict(had), system_attrs=notes
                )
            )

    def _noted(self, number: int, asked: Reported) -> dict[str, Any]:
        """What the pruner notes on a trial, whatever others there are."""
        storage, study = self._alone
        noted: dict[str, Any] = {}
        with quiet():
            for at in range(1, len(asked) + 1):
                trial = create_trial(
                    state=TrialState.RUNNING,
                    intermediate_values=dict(asked[:at]),
                    system_attrs=dict(noted),
                )
                trial.number = number
                storage.noted = {}
                self._pruner.prune(study, trial)
                noted |= storage.noted
        return noted

    def reports(self, number: int, step: int, value: float) -> None:
        """A value that nobody is asked about: that of a trial's end."""
        self._look_at(value)
        with quiet():
            OptunaTrial(self._study, self._trials()[number]._trial_id).report(value, step)

    def _look_at(self, value: float) -> None:
        better = max if self._goal == "maximize" else min
        self._best = value if self._best is None else better(self._best, value)

    def ends(self, number: int, score: float | None) -> None:
        """A running trial has its score, or None for a failure."""
        state = TrialState.FAIL if score is None else TrialState.COMPLETE
        with quiet():
            self._study.tell(number, score, state=state)

    def asked(self, number: int, step: int, value: float) -> Pruned | None:
        """A running trial has this value; whether, and how clearly, it is ended here."""
        self.reports(number, step, value)
        with quiet():
            trial = self._trials()[number]
            ended = self._would_prune(trial, step, value)
            self._storage.keep(trial._trial_id)
            if not ended:
                return None
            margin = margin_of(
                lambda other: self._would_prune(trial, step, other),
                value,
                value if self._best is None else self._best,
                maximize=self._goal == "maximize",
            )
            self._study.tell(number, state=TrialState.PRUNED)
        return Pruned(step, value, margin)

    def _would_prune(self, trial: FrozenTrial, step: int, value: float) -> bool:
        imagined = copy.copy(trial)
        imagined.intermediate_values = {**trial.intermediate_values, step: value}
        self._storage.noted = {}
        return bool(self._pruner.prune(self._study, imagined))

    def _trials(self) -> list[FrozenTrial]:
        return self._study.get_trials(deepcopy=False)


def _wrapped_kind(choice: PrunerChoice) -> str:
    return choice.kind if choice.wrapped is None else choice.wrapped.kind
