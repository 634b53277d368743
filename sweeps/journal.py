"""Writes down what happens, in the order that matters: ledger, then MLflow, then the watcher."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sweeps import remembering
from sweeps.backends.backend import State
from sweeps.delivery import Delivery
from sweeps.lease import Claim
from sweeps.ledger.ledger import NOTHING, Ledger
from sweeps.ledger.trial_rows import Stage
from sweeps.live.live import Live
from sweeps.open_trial import OpenTrial
from sweeps.pareto import front_of
from sweeps.stopwatch import Stopwatch
from sweeps.sweep import Sweep
from sweeps.trial import Result, Trial
from sweeps.watcher import Watcher


class Journal:
    """One session's record of one sweep. Everything a person may want to know passes through it."""

    def __init__(
        self,
        sweep: Sweep,
        claim: Claim,
        ledger: Ledger,
        delivery: Delivery,
        live: Live,
        watcher: Watcher,
        stopwatch: Stopwatch,
        best: Result | None,
        front: Sequence[Result] = (),
    ) -> None:
        self._sweep = sweep
        self._claim = claim
        self._ledger = ledger
        self._delivery = delivery
        self._live = live
        self._watcher = watcher
        self._stopwatch = stopwatch
        self.best = best
        self.front = front

    @property
    def spent_seconds(self) -> float:
        """Wall time of the sweep over all its sessions."""
        return self._stopwatch.seconds

    def begin(self, trials: Sequence[Trial], state: State) -> int:
        """Trials that were asked for; returns when, in milliseconds since 1970."""
        started_ms = self._ledger.begin(self._claim, trials, state)
        self._live.begin(trials, started_ms)
        return started_ms

    def commit(
        self,
        finished: Sequence[tuple[Result, OpenTrial]],
        state: State,
        stages: Sequence[Stage] = (),
        memo_keys: Mapping[int, str] = NOTHING,
    ) -> None:
        """Results, and the stages of trials that go on, durable once this returns.

        `memo_keys` are those of results that may be found again.
        """
        attempts = [(result, opened.attempt) for result, opened in finished]
        ended_ms = self._ledger.commit(
            self._claim, attempts, state, self.spent_seconds, stages, memo_keys
        )
        self._live.over([result.trial.number for result, _ in finished])
        for result, opened in finished:
            self._delivery.trial(result, opened.attempt, opened.started_ms, ended_ms)
            contenders = [result] if self.best is None else [self.best, result]
            self.best = remembering.best_of(self._sweep, contenders)
            if self._sweep.further:
                self.front = front_of(self._sweep, [*self.front, result])
            self._watcher.finished(result, self.best, len(self.front))

    def again(self, trials: Sequence[OpenTrial], *, charged: bool) -> None:
        """Another attempt at trials without a result; `charged` ones count towards their cap."""
        numbers = [opened.trial.number for opened in trials]
        self._ledger.again(self._claim, numbers, charged=charged)
        self._live.again(numbers)
        for opened in trials:
            opened.attempt += 1
            opened.tries += charged

    def show(self, state: str) -> None:
        """What the sweep does at the moment, for everybody to see; nothing once it has ended."""
        if self._ledger.show(self._claim, state):
            self._delivery.state(state)

    @contextmanager
    def resting(self) -> Iterator[None]:
        """What passes within is no time of the sweep's."""
        with self._stopwatch.stopped():
            yield
