"""The one durable loop: ask, begin, train, tell, commit, remember.

Trials are asked for a batch at a time, and the next batch when every trial of the last one has its
result, so what a backend knows when it is asked does not depend on how fast workers are. Results
are kept as soon as they exist and told in the order of trial numbers. What of a trial is trained
next, all of it or a stage, `sweeps.stages` knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sweeps import checkpoints as checkpoint_files
from sweeps import evaluation, losses
from sweeps.asking import Asking
from sweeps.backends.backend import Search, Told
from sweeps.checkpoint_keeper import CheckpointKeeper
from sweeps.control import Control
from sweeps.executors.executor import ClusterLostError
from sweeps.first_errors import FirstErrors
from sweeps.flight import Flight, Lost
from sweeps.journal import Journal
from sweeps.losses import StuckError
from sweeps.memo.memo import Memo
from sweeps.open_trial import OpenTrial
from sweeps.pareto import scores_of
from sweeps.problem import Problem
from sweeps.pruning.choose import trials_before_pruning
from sweeps.spent_epochs import trained
from sweeps.stages import Stages, Step
from sweeps.sweep import Sweep
from sweeps.trainers.trainer import Trainer
from sweeps.trial import Failure, Fit, Outcome, Result, Trial
from sweeps.watcher import Ending


class Loop:
    """One session of a sweep, from its first ask or from where the last session ended."""

    def __init__(
        self,
        sweep: Sweep,
        search: Search,
        problem: Problem,
        trainer: Trainer,
        flight: Flight,
        journal: Journal,
        checkpoints: CheckpointKeeper,
        stages: Stages,
        memo: Memo,
        batch: int,
        asked: int,
    ) -> None:
        self._sweep = sweep
        self._search = search
        self._problem = problem
        self._trainer = trainer
        self._flight = flight
        self._journal = journal
        self._checkpoints = checkpoints
        self._stages = stages
        self._memo = memo
        first = trials_before_pruning(sweep)
        # A search that confirms keeps to its own limit.
        cap = None if sweep.evaluate.confirm_top else sweep.search.trials
        self._asking = Asking(search, self._fits_of, batch, cap, asked, first)
        self._first_errors = FirstErrors()
        self._stuck: str | None = None
        self._lost: str | None = None
        self._worked = False
        self._open: dict[int, OpenTrial] = {}
        self._untold: dict[int, Result] = {}

    def take_up(self, trials: Sequence[OpenTrial], untold: Sequence[Result]) -> None:
        """Go on with an earlier session's trials: those without a result are trained again."""
        self._untold = {result.trial.number: result for result in untold}
        self._checkpoints.remove_halves()
        self._start([(opened, self._fits_of(opened.trial)) for opened in trials], anew=False)

    def run(self, control: Control) -> Ending:
        """Until there is no more, or somebody or something ends it; what runs is finished."""
        ending = self._ending(control)
        while ending is None:
            if control.wish == "pause" and not self._flight.aloft:
                with self._journal.resting():
                    control.rest()
            elif control.wish == "pause":
                self._flight.recall()
                self._land(control)
            elif not self._open and not self._ask():
                return "finished"
            else:
                self._flight.launch()
                self._asking.look_ahead()
                self._land(control)
            ending = self._ending(control)
        self._flight.recall()
        if self._flight.aloft:
            self._journal.show("stopping")
        while self._flight.aloft:
            self._land(control)
        return ending

    @property
    def cause(self) -> str | None:
        """Why the sweep cannot go on here, if it cannot."""
        return self._lost or self._stuck or self._first_errors.cause

    def _ending(self, control: Control) -> Ending | None:
        if control.wish == "stop":
            return "stopped"
        if control.wish == "cancel":
            return "cancelled"
        if control.interrupted or self._lost is not None:
            return "interrupted"
        if self.cause is not None:
            return "failed"
        minutes = self._sweep.budget.minutes
        if minutes is not None and self._journal.spent_seconds >= 60 * minutes:
            return "out_of_time"
        return None

    def _ask(self) -> bool:
        """Begin the next batch. False when there is none."""
        batch = self._asking.next()
        if not batch:
            return False
        started_ms = self._journal.begin([trial for trial, _ in batch], self._asking.state)
        self._start([(OpenTrial(trial, 1, started_ms), fits) for trial, fits in batch], anew=True)
        return True

    def _fits_of(self, trial: Trial) -> Sequence[Fit] | Failure:
        """All that a trial is trained, or why it cannot be."""
        try:
            return evaluation.fits_of(
                trial,
                self._problem,
                self._checkpoints.folder,
                self._sweep.budget.trial_seconds,
                self._sweep.checkpoint,
            )
        except ValueError as error:
            return Failure("bad_configuration", str(error))

    def _start(
        self, trials: Sequence[tuple[OpenTrial, Sequence[Fit] | Failure]], *, anew: bool
    ) -> None:
        begun: list[tuple[OpenTrial, Sequence[Fit]]] = []
        refused: list[Result] = []
        for opened, fits in trials:
            self._open[opened.trial.number] = opened
            if isinstance(fits, Failure):
                refused.append(evaluation.failed(opened.trial, fits))
            else:
                begun.append((opened, fits))
        known = self._memo.take(begun, anew=anew)
        self._queue(self._stages.begin([one for one in begun if one[0].trial.number not in known]))
        self._finish(Step([*refused, *known.values()]))

    def _queue(self, fits: Sequence[Fit]) -> None:
        if not fits:
            return
        packs = self._trainer.pack(fits, self._problem)
        knowledge = self._search.knowledge()
        if knowledge is not None:
            packs = [replace(pack, knowledge=knowledge) for pack in packs]
        self._flight.queue(packs)

    def _land(self, control: Control) -> None:
        if not self._flight.aloft:
            return
        outcomes, lost = self._flight.land()
        self._worked = self._worked or bool(outcomes)
        self._take(outcomes)
        for loss in lost:
            try:
                self._take(self._recovered(loss, control))
            except StuckError as error:
                self._stuck = str(error)
            except ClusterLostError as error:
                self._lost = str(error)

    def _recovered(self, loss: Lost, control: Control) -> Sequence[Outcome]:
        """Queue what of a lost pack is tried again; the outcomes of what is not."""
        trials = [self._open[number] for number in losses.numbers_of([loss.pack])]
        verdict = losses.judge(
            loss.pack,
            loss.error,
            {opened.trial.number: opened.tries for opened in trials},
            broken_off=control.breaking_off,
            worked=self._worked,
            shared=self._flight.shared,
        )
        if verdict.again:
            self._journal.again(trials, charged=verdict.charged)
            self._flight.queue_first(verdict.again)
        return verdict.failed

    def _take(self, outcomes: Sequence[Outcome]) -> None:
        step = self._stages.take(outcomes)
        self._finish(step)
        self._queue(step.fits)

    def _finish(self, step: Step) -> None:
        """Tell the backend what its order allows, then keep everything in one transaction."""
        if not step.results and not step.kept:
            return
        finished = [(result, self._open.pop(result.trial.number)) for result in step.results]
        self._untold |= {
            result.trial.number: result for result, opened in finished if not opened.told
        }
        self._tell()
        keys = self._memo.keys(step.results)
        self._journal.commit(finished, self._asking.state, step.kept, keys)
        self._first_errors.take(step.results)
        for path in step.spent:
            checkpoint_files.remove(Path(path))
        self._checkpoints.keep_only(self._needed(), under_way=self._open)

    def _needed(self) -> set[int]:
        """Trials whose checkpoints may yet be read: those of parents, and of all not yet told."""
        parents = {
            opened.trial.parent for opened in self._open.values() if opened.trial.parent is not None
        }
        return {*self._search.continuable(), *parents, *self._open, *self._untold}

    def _tell(self) -> None:
        waiting = min((n for n, opened in self._open.items() if not opened.told), default=None)
        ready = sorted(n for n in self._untold if waiting is None or n < waiting)
        if ready:
            told = [told_of(self._untold.pop(number), self._sweep) for number in ready]
            self._search.tell(told)


def told_of(result: Result, sweep: Sweep) -> Told:
    """A result as a backend sees it: this and `scores_of` apply the sign of the goal."""
    signed = sweep.objective.minimised
    score = None if result.score is None else signed(result.score)
    reported = tuple((step, signed(value)) for step, value in result.reported)
    spent = trained(result, sweep)
    scores = scores_of(sweep, result) if sweep.further else ()
    return Told(result.trial, score, result.error, result.defined, reported, scores, spent)
