"""What holders do to their sweeps, and others to theirs: rules that go with the ledger's model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from sweeps import ledger_orders
from sweeps.trial import REASONS, Result
from tests.sweeps.ledger_model import ModelSweep, ModelTrial
from tests.sweeps.ledger_processes import AGES, WHICH, LedgerProcesses
from tests.sweeps.ledger_samples import failed, scored, trial

PLACES = st.lists(st.integers(0, 7), min_size=1, max_size=4, unique=True)
OUTCOMES = st.sampled_from([0.25, 0.5, 0.75, *REASONS[:3]])
BUDGETS = st.lists(st.sampled_from([None, 1, 3]), min_size=1, max_size=4)


def result_of(row: ModelTrial, outcome: Any) -> Result:
    """A score, or the reason of a failure."""
    number, budget = row.trial.number, row.trial.budget
    return (failed if isinstance(outcome, str) else scored)(number, outcome, budget)


class LedgerWork(LedgerProcesses):
    """Trials begin, end, fail, are retried and sent; sweeps are shown, steered and extended."""

    @precondition(lambda self: self.sweeps)
    @rule(which=WHICH, age=AGES, budgets=BUDGETS)
    def begin(self, which: int, age: int, budgets: list[int | None]) -> None:
        first, state = len(self.pick(which).model.trials), {"step": next(self.steps)}
        trials = [trial(first + at, budget) for at, budget in enumerate(budgets)]
        self.write(
            which,
            age,
            lambda ledger, claim: ledger.begin(claim, trials, state),
            lambda model: model.begin(trials, state),
        )

    @precondition(lambda self: any(known.model.running for known in self.sweeps))
    @rule(which=WHICH, age=AGES, places=PLACES, outcome=OUTCOMES)
    def commit(self, which: int, age: int, places: list[int], outcome: Any) -> None:
        """Some of the trials that run, in any order."""
        running = self.pick(which).model.running
        rows = [running[place] for place in places if place < len(running)]
        if rows:
            self._commit(which, age, [(result_of(row, outcome), row.attempt) for row in rows])

    @precondition(lambda self: any(known.model.running for known in self.sweeps))
    @rule(which=WHICH, place=st.integers(0, 7), late=st.sampled_from([-1, 1]))
    def commit_another_attempt(self, which: int, place: int, late: int) -> None:
        """It takes a right result down with it."""
        running = self.pick(which).model.running
        if running:
            wrong = running[place % len(running)]
            results = [(result_of(row, 0.5), row.attempt) for row in running if row is not wrong]
            self._commit(which, 0, [*results, (result_of(wrong, 0.75), wrong.attempt + late)])

    @precondition(lambda self: any(known.model.trials for known in self.sweeps))
    @rule(which=WHICH, place=st.integers(0, 7), outcomes=st.lists(OUTCOMES, min_size=2, max_size=2))
    def commit_twice(self, which: int, place: int, outcomes: list[Any]) -> None:
        """In one call, and one call after the other."""
        rows = self.pick(which).model.trials
        if rows:
            row = rows[place % len(rows)]
            results = [(result_of(row, outcome), row.attempt) for outcome in outcomes]
            self._commit(which, 0, results)
            for result in results:
                self._commit(which, 0, [result])

    def _commit(self, which: int, age: int, results: Sequence[tuple[Result, int]]) -> None:
        state, spent = {"step": next(self.steps)}, self.pick(which).model.spent + 1.5
        self.write(
            which,
            age,
            lambda ledger, claim: ledger.commit(claim, results, state, spent),
            lambda model: model.commit(results, state, spent),
        )

    @precondition(lambda self: self.sweeps)
    @rule(which=WHICH, age=AGES, places=PLACES, charged=st.booleans())
    def again(self, which: int, age: int, places: list[int], charged: bool) -> None:
        self.write(
            which,
            age,
            lambda ledger, claim: ledger.again(claim, places, charged=charged),
            lambda model: model.again(places, charged),
        )

    @precondition(lambda self: self.sweeps)
    @rule(which=WHICH, age=AGES, state=st.sampled_from(["finished", "interrupted", "failed"]))
    def end(self, which: int, age: int, state: str) -> None:
        spent = self.pick(which).model.spent + 0.5
        self.write(
            which,
            age,
            lambda ledger, claim: ledger.end(claim, state, spent),
            lambda model: model.end(state, spent),
        )

    @precondition(lambda self: self.sweeps)
    @rule(which=WHICH, age=AGES, state=st.sampled_from(["pausing", "paused", "stopping"]))
    def show(self, which: int, age: int, state: str) -> None:
        self.write(
            which,
            age,
            lambda ledger, claim: ledger.show(claim, state),
            lambda model: setattr(model, "state", state),
        )

    @precondition(lambda self: self.sweeps)
    @rule(which=WHICH, age=AGES, places=PLACES)
    def ship(self, which: int, age: int, places: list[int]) -> None:
        rows = self.pick(which).model.trials
        finished = [row.trial.number for row in rows if row.result is not None]
        numbers = [finished[place] for place in places if place < len(finished)]
        self.write(
            which,
            age,
            lambda ledger, claim: ledger.shipped(claim, numbers),
            lambda model: model.ship(numbers),
        )

    @precondition(lambda self: self.sweeps)
    @rule(which=WHICH, age=AGES)
    def ship_end(self, which: int, age: int) -> None:
        self.write(
            which,
            age,
            lambda ledger, claim: ledger.end_shipped(claim),
            lambda model: setattr(model, "end_sent", True),
        )

    @precondition(lambda self: self.sweeps)
    @rule(which=WHICH, command=st.sampled_from(ledger_orders.COMMANDS))
    def leave_command(self, which: int, command: ledger_orders.Command) -> None:
        known = self.pick(which)
        self.agree(
            known,
            lambda ledger: ledger_orders.leave(ledger, known.sweep_id, command),
            lambda model: model.leave(command, self.clock, self.dead),
        )

    @precondition(lambda self: any(known.model.command for known in self.sweeps))
    @rule(which=WHICH, age=AGES)
    def take_command(self, which: int, age: int) -> None:
        known = self.pick(which)
        if known.model.command is None:
            assert ledger_orders.taken(self.ledger, known.claim(age)[0]) is None
        else:
            self.write(which, age, ledger_orders.taken, ModelSweep.take_command)

    @precondition(lambda self: self.sweeps)
    @rule(which=WHICH, age=AGES)
    def cancel_open(self, which: int, age: int) -> None:
        self.write(which, age, ledger_orders.cancel_open, ModelSweep.cancel_open)

    @precondition(lambda self: any(known.model.reasons for known in self.sweeps))
    @rule(which=WHICH, age=AGES, reasons=st.none() | st.sets(st.sampled_from(REASONS[:3])))
    def retry(self, which: int, age: int, reasons: Any) -> None:
        self.write(
            which,
            age,
            lambda ledger, claim: ledger_orders.retry(ledger, claim, reasons),
            lambda model: model.retry(reasons),
        )

    @precondition(lambda self: self.sweeps)
    @rule(which=WHICH, age=AGES, trials=st.integers(1, 3))
    def extend(self, which: int, age: int, trials: int) -> None:
        known = self.pick(which)
        if known.model.total is not None:
            self.write(
                which,
                age,
                lambda ledger, claim: ledger_orders.extend(ledger, claim, trials),
                lambda model: model.extend(trials),
            )
        else:
            with pytest.raises(ValueError, match=r"no `search.trials`"):
                ledger_orders.extend(self.ledger, known.claim(age)[0], trials)
