"""What is being trained, while it is: passed on from workers to the watcher and to MLflow."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sweeps import remembering
from sweeps.live.at_work import QUIET_SECONDS, Reports
from sweeps.live.slots import LiveSlots
from sweeps.live.trials import Epoch, LiveTrial, LiveTrials
from sweeps.problem import Problem
from sweeps.sweep import Sweep
from sweeps.trainers.trainer import Pack
from sweeps.trial import Trial
from sweeps.watcher import Watcher
from tracking.records import LiveRecord

clock = time.monotonic


class Live:
    """One session's trials under way. Workers are heard on threads of their own.

    What cannot be shown is said once, and stops no training: nothing here decides anything.
    """

    def __init__(
        self,
        sweep: Sweep,
        sweep_id: str,
        problem: Problem,
        watcher: Watcher,
        show: Callable[[LiveRecord], None],
    ) -> None:
        self._sweep = sweep
        self._sweep_id = sweep_id
        self._problem = problem
        self._watcher = watcher
        self._show = show
        self._lock = threading.Lock()
        self._trials = LiveTrials(sweep.evaluate)
        self._slots = LiveSlots(sweep.objective, sweep.evaluate, self._epochs)
        self._first_launch: dict[int, float] = {}
        self._broken = False

    def begin(self, trials: Sequence[Trial], started_ms: int, attempt: int = 1) -> None:
        """These trials may be heard of from now on."""
        with self._lock:
            self._trials.begin(LiveTrial(trial, attempt, started_ms) for trial in trials)

    def again(self, numbers: Sequence[int]) -> None:
        """What was heard of these trials is worth nothing: they are attempted once more."""
        with self._lock:
            for number in numbers:
                self._trials.again(number)

    def over(self, numbers: Sequence[int]) -> None:
        """These trials have their results."""
        with self._lock:
            self._trials.over(numbers)
            for number in numbers:
                self._first_launch.pop(number, None)

    def quiet(self, pack: Pack) -> float:
        """Seconds in which nobody need hear of the pack, which is launched now.

        None when earlier packs have trained its trials for long: other parts, or their first
        epochs.
        """
        now = clock()
        with self._lock:
            numbers = {fit.trial.number for fit in pack.fits}
            earliest = min(self._first_launch.setdefault(number, now) for number in numbers)
        return max(0.0, QUIET_SECONDS - (now - earliest))

    def heard(self, pack: Pack, slot: str, said: Reports) -> None:
        """A worker is that far with a pack."""
        with self._lock, self._harmless():
            if not self._broken:
                self._pass_on(pack, slot, said)

    def landed(self, pack: Pack) -> None:
        """Nobody trains the pack any more."""
        with self._lock, self._harmless():
            if self._slots.landed(pack) and not self._broken:
                self._watcher.training(self._slots.seen())

    @contextmanager
    def _harmless(self) -> Iterator[None]:
        """A bug in a display ends the display, and neither a trial nor the session."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever a display raises
            self._broken = True
            self._watcher.said(
                f"trials under way are shown no more: {type(error).__name__}: {error}"
            )

    def _pass_on(self, pack: Pack, slot: str, said: Reports) -> None:
        for known, epochs in self._trials.heard(said.every):
            self._put(known, epochs)
        if not said.every:
            for known in self._trials.seen(dict.fromkeys(fit.trial.number for fit in pack.fits)):
                self._put(known, ())
        self._slots.heard(pack, slot, said)
        self._watcher.training(self._slots.seen())

    def _put(self, known: LiveTrial, epochs: Sequence[Epoch]) -> None:
        self._show(
            remembering.live_record(
                self._sweep,
                self._sweep_id,
                known.trial,
                known.attempt,
                known.started_ms,
                epochs,
            )
        )

    def _epochs(self, number: int) -> int:
        trial = self._trials.trial(number)
        if trial is None:
            return 0
        if trial.budget is not None:
            return trial.budget
        return self._problem.subject.read(trial.config).epochs
