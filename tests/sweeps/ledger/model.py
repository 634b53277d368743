"""What the ledger is meant to be, as simply as it can be said: lists and numbers in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sweeps.ledger.records import Begun
from sweeps.ledger.trial_rows import Stage
from sweeps.pruning.progress import TO_THE_END
from sweeps.trial import Result, Trial

LEASE_MS = 30_000


class RefusedError(Exception):
    """The ledger must refuse this, with LeaseError, and keep nothing of it."""


@dataclass
class ModelClock:
    """The machine's clock, which may be set, and the one that nobody sets; in milliseconds."""

    wall: int = 1_700_000_000_000
    steady: int = 0


@dataclass
class ModelTrial:
    """A row."""

    trial: Trial
    wave: int
    state: str = "running"
    attempt: int = 1
    tries: int = 0
    told_failed: bool = False
    result: Result | None = None
    shipped: bool = False
    stages: str | None = None

    @property
    def reason(self) -> str | None:
        error = None if self.result is None else self.result.error
        return None if error is None else error.reason

    @property
    def seen(self) -> Begun:
        """What can be read of it, times apart."""
        result = self.result
        if result is not None and self.shipped:
            result = replace(result, history={}, parts=())
        return Begun(
            trial=self.trial,
            state=self.state,
            attempt=self.attempt,
            tries=self.tries,
            told_failed=self.told_failed,
            started_ms=0,
            ended_ms=None,
            result=result,
            shipped=self.shipped,
            stages=self.stages,
        )


@dataclass
class Holding:
    """What one holder knows: its epoch, and for how long it was held up at most."""

    epoch: int
    awake: int
    held_up: bool = False

    def look(self, clock: ModelClock) -> None:
        self.held_up = self.held_up or clock.steady - self.awake > LEASE_MS
        self.awake = clock.steady


@dataclass
class ModelSweep:
    """A sweep with its trials. Methods raise RefusedError before they change anything."""

    total: int | None
    owner: str | None
    until: int
    epoch: int = 1
    state: str = "running"
    command: str | None = None
    ended: bool = False
    end_sent: bool = False
    spent: float = 0.0
    told: Mapping[str, Any] = field(default_factory=dict)
    trials: list[ModelTrial] = field(default_factory=list)

    def held(self, clock: ModelClock, dead: Collection[str]) -> bool:
        return self.owner is not None and self.until > clock.wall and self.owner not in dead

    def shown_state(self, clock: ModelClock, dead: Collection[str]) -> str:
        crashed = self.state in ("running", "pausing", "paused", "stopping")
        return "crashed" if crashed and not self.held(clock, dead) else self.state

    def claim(self, owner: str, clock: ModelClock, dead: Collection[str]) -> Holding:
        if self.held(clock, dead):
            raise RefusedError
        self.owner, self.until, self.command = owner, clock.wall + LEASE_MS, None
        self.epoch += 1
        return Holding(self.epoch, clock.steady)

    def remove(self, clock: ModelClock, dead: Collection[str]) -> bool:
        if self.held(clock, dead):
            raise RefusedError
        return True

    def leave(self, command: str, clock: ModelClock, dead: Collection[str]) -> bool:
        if not self.held(clock, dead):
            return False
        if command != "interrupt" or self.command not in ("stop", "cancel"):
            self.command = command
        return True

    def take_command(self) -> str | None:
        command, self.command = self.command, None
        return command

    def write(self, holding: Holding, clock: ModelClock) -> None:
        """What every change by a holder begins with."""
        holding.look(clock)
        if holding.epoch != self.epoch or holding.held_up:
            raise RefusedError
        self.until = clock.wall + LEASE_MS

    def take_up(self) -> None:
        self.state, self.ended, self.end_sent = "running", False, False
        for row in self.running:
            row.attempt += 1

    @property
    def running(self) -> list[ModelTrial]:
        return [row for row in self.trials if row.state == "running"]

    def begin(self, trials: Sequence[Trial], told: Mapping[str, Any]) -> None:
        wave = self.trials[-1].wave + 1 if self.trials else 0
        self.trials += [ModelTrial(trial, wave) for trial in trials]
        self.told = told

    def commit(
        self,
        results: Sequence[tuple[Result, int]],
        told: Mapping[str, Any],
        spent: float,
        stages: Sequence[Stage] = (),
    ) -> None:
        written = [(result.trial.number, attempt) for result, attempt in results]
        written += [(stage.number, stage.attempt) for stage in stages]
        rows = {row.trial.number: row for row in self.running}
        right = [n in rows and rows[n].attempt == attempt for n, attempt in written]
        if not all(right) or len({n for n, _ in written}) < len(written):
            raise RefusedError
        for result, _ in results:
            row = rows[result.trial.number]
            row.result, row.state, row.stages = result, _state_of(result), None
        for stage in stages:
            rows[stage.number].stages = stage.text
        self.told, self.spent = told, spent

    def again(self, numbers: Collection[int], charged: bool) -> None:
        for row in self.running:
            if row.trial.number in numbers:
                row.attempt += 1
                row.tries += charged

    def retry(self, reasons: Collection[str] | None) -> int:
        last = max((row.wave for row in self.trials), default=0)
        failed = [row for row in self.trials if row.reason is not None]
        wanted = {row.reason for row in failed} - {"pruned"} if reasons is None else reasons
        chosen = [row for row in failed if row.reason in wanted]
        for row in chosen:
            row.stages = TO_THE_END if row.reason == "pruned" else None
            row.state, row.result, row.shipped, row.tries = "running", None, False, 0
            row.told_failed = row.told_failed or row.wave < last
        if chosen:
            self.state, self.end_sent = "interrupted", False
        return len(chosen)

    def extend(self, trials: int) -> int:
        assert self.total is not None
        self.total += trials
        self.state, self.end_sent = "interrupted", False
        return self.total

    def show(self, state: str) -> bool:
        active = self.state in ("running", "pausing", "paused", "stopping")
        self.state = state if active else self.state
        return active

    def end(self, state: str, spent: float) -> None:
        for row in self.running if state in ("stopped", "cancelled") else ():
            row.state, row.stages = "cancelled", None
        self.state, self.spent, self.ended, self.end_sent = state, spent, True, False

    def release(self) -> None:
        self.owner, self.until = None, 0

    def ship(self, numbers: Collection[int]) -> None:
        for row in self.trials:
            row.shipped = row.shipped or row.trial.number in numbers

    @property
    def counts(self) -> dict[str, int]:
        kept = Counter(row.state for row in self.trials)
        finished = [row for row in self.trials if row.result is not None]
        names = ("done", "failed", "pruned", "running", "cancelled")
        states = {state: kept[state] for state in names}
        return states | {"unsent": sum(not row.shipped for row in finished)}

    def best(self, maximize: bool) -> int | None:
        """The number of the trial."""
        scored = [row for row in self.trials if row.state == "done"]
        ranked = sorted(scored, key=lambda row: _rank(row, maximize))
        return ranked[0].trial.number if ranked else None

    @property
    def reasons(self) -> dict[str, int]:
        counted = Counter(row.reason for row in self.trials if row.state == "failed" and row.reason)
        return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))

    @property
    def heard(self) -> tuple[list[int], list[int]]:
        """Trials that the backend has been told of, and those that it waits for."""
        numbers = [row.trial.number for row in self.trials]
        untold = [
            at for at, row in enumerate(self.trials) if not row.told_failed and row.result is None
        ]
        end = untold[0] if untold else len(numbers)
        return numbers[:end], numbers[end:]


def _state_of(result: Result) -> str:
    if result.error is None:
        return "done"
    return "pruned" if result.error.reason == "pruned" else "failed"


def _rank(row: ModelTrial, maximize: bool) -> tuple[float, float, int]:
    assert row.result is not None
    assert row.result.score is not None
    score = -row.result.score if maximize else row.result.score
    budget = float("inf") if row.trial.budget is None else row.trial.budget
    return score, -budget, row.trial.number
