"""Trains a wave's trials a stage at a time, and asks a pruner between them.

The trials that are open together go forward together: when all of them have their stage behind
them, the pruner decides in the order of their numbers. What it knows then does not depend on where,
how fast or in which order they were trained. Of confirmations it never hears: they are trained in
full, and compared with none of the search.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sweeps.ledger.records import Begun
from sweeps.ledger.trial_rows import Stage as KeptStage
from sweeps.open_trial import OpenTrial
from sweeps.pruning.choose import PARTS
from sweeps.pruning.progress import known_from, text_of
from sweeps.pruning.staged_trial import Stage, StagedTrial, by_epochs, by_parts
from sweeps.pruning.steps import Steps
from sweeps.pruning.study import PruningStudy
from sweeps.stages import Step
from sweeps.sweep import Sweep
from sweeps.trial import Fit, Outcome, Pruned, Result


class Staging:
    """See `Stages`. `begun` are the trials that there are already."""

    def __init__(self, sweep: Sweep, steps: Steps, folder: Path, begun: Iterable[Begun]) -> None:
        self._sweep = sweep
        self._steps = steps
        self._folder = folder
        self._study = PruningStudy(steps.filled, sweep.objective.goal)
        self._open: dict[int, StagedTrial] = {}
        self._known = set[int]()
        for one in begun:
            number = one.trial.number
            self._known.add(number)
            if one.trial.confirms is not None:
                continue
            if one.result is not None:
                self._study.over(number, one.result)
            else:
                past = known_from(one.trial, one.stages).past
                self._study.begin(number, () if past is None else past.reported)

    def begin(self, trials: Sequence[tuple[OpenTrial, Sequence[Fit]]]) -> Sequence[Fit]:
        """The fits of the stages at which the trials are."""
        first: list[Fit] = []
        for opened, fits in trials:
            number = opened.trial.number
            known = known_from(opened.trial, opened.stages)
            confirms = opened.trial.confirms is not None
            in_full = known.to_the_end or confirms
            stages = self._whole(fits) if in_full else self._stages(fits)
            if number not in self._known and not confirms:
                self._study.begin(number)
            self._open[number] = StagedTrial(opened, stages, known, self._sweep.objective)
            first += self._open[number].fits()
        return first

    def _stages(self, fits: Sequence[Fit]) -> list[Stage]:
        if self._steps.choice.kind == PARTS:
            return by_parts(fits)
        return by_epochs(fits, self._steps.until(fits[0].budget), self._folder)

    def _whole(self, fits: Sequence[Fit]) -> list[Stage]:
        return [Stage(len(fits) if self._steps.choice.kind == PARTS else fits[0].budget, fits)]

    def take(self, outcomes: Sequence[Outcome]) -> Step:
        """Nothing comes of outcomes until the last open trial has its stage behind it."""
        for outcome in outcomes:
            self._open[outcome.fit.trial.number].take(outcome)
        if not outcomes or not all(staged.behind for staged in self._open.values()):
            return Step()
        return self._decided()

    def _decided(self) -> Step:
        results: list[Result] = []
        kept: list[KeptStage] = []
        fits: list[Fit] = []
        spent: list[str] = []
        for number in sorted(self._open):
            staged = self._open[number]
            spent += staged.spent
            result = self._end_of(staged)
            if result is not None:
                results.append(result)
                del self._open[number]
                continue
            kept.append(KeptStage(number, staged.opened.attempt, text_of(staged.result())))
            fits += staged.go_on()
        return Step(results, kept, fits, spent)

    def _end_of(self, staged: StagedTrial) -> Result | None:
        """The result of a trial that ends here; None for one that goes on."""
        if staged.opened.trial.confirms is not None:
            return staged.result()
        value, step = staged.value, staged.step
        if value is not None:
            staged.report(value)
        if staged.over:
            result = staged.result()
            if value is not None:
                self._study.reports(staged.number, step, value)
            self._study.ends(staged.number, result.score)
            return result
        if value is None:
            raise AssertionError(f"trial {staged.number} goes on without a value")
        pruned = self._study.asked(staged.number, step, value)
        return None if pruned is None else staged.pruned_at(pruned, self._said(pruned))

    def _said(self, pruned: Pruned) -> str:
        """In one line: where, with what, and by how much it fell short."""
        where = "epoch" if self._steps.choice.kind != PARTS else "part"
        metric, goal = self._sweep.objective.metric, self._sweep.objective.goal
        line = f"pruned at {where} {pruned.step} with {metric} {pruned.value:g}"
        if pruned.margin is None:
            return line
        return f"{line}, {pruned.margin:.3g} too {'little' if goal == 'maximize' else 'much'}"
