"""Writes down what happens, in the order that matters: ledger, then MLflow, then the watcher."""

from __future__ import annotations

from collections.abc import Sequence

from sweeps import remembering
from sweeps.backends.backend import State
from sweeps.lease import Claim
from sweeps.ledger import Ledger
from sweeps.ledger_records import Begun
from sweeps.open_trial import OpenTrial
from sweeps.stopwatch import Stopwatch
from sweeps.sweep import Sweep
from sweeps.trial import Result, Trial
from sweeps.watcher import Watcher
from tracking.shipping import Shipper


class Journal:
    """One session's record of one sweep. Everything a person may want to know passes through it."""

    def __init__(
        self,
        sweep: Sweep,
        claim: Claim,
        ledger: Ledger,
        shipper: Shipper,
        watcher: Watcher,
        stopwatch: Stopwatch,
        best: Result | None,
    ) -> None:
        self._sweep = sweep
        self._claim = claim
        self._ledger = ledger
        self._shipper = shipper
        self._watcher = watcher
        self._stopwatch = stopwatch
        self.best = best

    @property
    def spent_seconds(self) -> float:
        """Wall time of the sweep over all its sessions."""
        return self._stopwatch.seconds

    def begin(self, trials: Sequence[Trial], state: State) -> int:
        """Trials that were asked for; returns when, in milliseconds since 1970."""
        return self._ledger.begin(self._claim, trials, state)

    def commit(self, finished: Sequence[tuple[Result, OpenTrial]], state: State) -> None:
        """Results, durable once this returns."""
        attempts = [(result, opened.attempt) for result, opened in finished]
        ended_ms = self._ledger.commit(self._claim, attempts, state, self.spent_seconds)
        for result, opened in finished:
            self._ship(result, opened.started_ms, ended_ms)
            contenders = [result] if self.best is None else [self.best, result]
            self.best = remembering.best_of(self._sweep, contenders)
            self._watcher.finished(result, self.best)

    def ship_again(self, trials: Sequence[Begun]) -> None:
        """Send what an earlier session kept but could not send."""
        for begun in trials:
            if begun.result is not None and begun.ended_ms is not None and not begun.shipped:
                self._ship(begun.result, begun.started_ms, begun.ended_ms)

    def _ship(self, result: Result, started_ms: int, ended_ms: int) -> None:
        sweep_id = self._claim.sweep_id
        self._shipper.put(
            remembering.trial_record(self._sweep, sweep_id, result, started_ms, ended_ms)
        )
