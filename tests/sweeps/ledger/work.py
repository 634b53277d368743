"""What holders do to their sweeps, and others to theirs: rules that go with the ledger's model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from sweeps.lease import Claim
from sweeps.ledger import orders as ledger_orders
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.trial_rows import Stage
from sweeps.trial import REASONS, Result
from tests.sweeps.ledger.model import ModelSweep, ModelTrial
from tests.sweeps.ledger.processes import AGES, WHICH, LedgerProcesses
from tests.sweeps.ledger.samples import failed, scored, trial

PLACES = st.lists(st.integers(0, 7), min_size=1, max_size=4, unique=True)
OUTCOMES = st.sampled_from([0.25, 0.5, 0.75, *REASONS[:3]])
BUDGETS = st.lists(st.sampled_from([None, 1, 3]), min_size=1, max_size=4)


def result_of(row: ModelTrial, outcome: Any) -> Result:
    """A score, or the reason of a failure."""
    number, budget = row.trial.number, row.trial.budget
    return (failed if isinstance(outcome, str) else scored)(number, outcome, budget)


STEERING: Mapping[str, tuple[Callable[[Ledger, Claim], Any], Callable[[ModelSweep], Any]]] = {
    "renew": (Ledger.renew, lambda model: None),
    "take up": (Ledger.take_up, ModelSweep.take_up),
    "release": (Ledger.release, ModelSweep.release),
    "show": (
        lambda ledger, claim: ledger.show(claim, "paused"),
        lambda model: model.show("paused"),
    ),
    "end": (
        lambda ledger, claim: ledger.end(claim, "finished", 9.5),
        lambda model: model.end("finished", 9.5),
    ),
    "stop": (
        lambda ledger, claim: ledger.end(claim, "stopped", 9.5),
        lambda model: model.end("stopped", 9.5),
    ),
    "end shipped": (Ledger.end_shipped, lambda model: setattr(model, "end_sent", True)),
}
"""What a holder does to a sweep as a whole: to the ledger's, and to the model's."""


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

    @precondition(lambda self: self.sweeps)
    @rule(
        which=WHICH,
        budgets=BUDGETS,
        lost=PLACES,
        places=PLACES,
        outcomes=st.lists(OUTCOMES, min_size=1, max_size=4),
        sent=PLACES,
    )
    def train(
        self,
        which: int,
        budgets: list[int | None],
        lost: list[int],
        places: list[int],
        outcomes: list[Any],
        sent: list[int],
    ) -> None:
        """As most of a sweep's life is: trials begin, some again, and results come as they may."""
        self.begin(which, 0, budgets)
        self.again(which, 0, lost, charged=True)
        for place, outcome in zip(places, outcomes, strict=False):
            self.commit(which, 0, [place], outcome)
        self.ship(which, 0, sent)

    @precondition(lambda self: any(known.model.reasons for known in self.sweeps))
    @rule(which=WHICH, reasons=st.none() | st.sets(st.sampled_from(REASONS[:3])))
    def end_and_retry(self, which: int, reasons: Any) -> None:
        """As the commands do it, one session after the other."""
        self.steer(which, 0, "end")
        self.steer(which, 0, "release")
        self.claim(which, train=False)
        self.retry(which, 0, reasons)
        self.steer(which, 0, "take up")

    @precondition(lambda self: any(known.model.running for known in self.sweeps))
    @rule(which=WHICH, age=AGES, places=PLACES, outcome=OUTCOMES)
    def commit(self, which: int, age: int, places: list[int], outcome: Any) -> None:
        """Some of the trials that run, in any order."""
        running = self.pick(which).model.running
        if running:
            rows = [running[place] for place in {place % len(running) for place in places}]
            self._commit(which, age, [(result_of(row, outcome), row.attempt) for row in rows])

    @precondition(lambda self: any(known.model.running for known in self.sweeps))
    @rule(
        which=WHICH,
        age=AGES,
        going_on=PLACES,
        ending=st.lists(st.integers(0, 7), max_size=2),
        late=st.sampled_from([0, 0, 0, 1]),
    )
    def end_a_stage(
        self, which: int, age: int, going_on: list[int], ending: list[int], late: int
    ) -> None:
        """Some trials go on and others are pruned, with one that may be of another attempt."""
        running = self.pick(which).model.running
        if running:
            first, *rest = dict.fromkeys(place % len(running) for place in going_on)
            late_one = running[first]
            over = {place % len(running) for place in ending} - {first, *rest}
            stages = [Stage(late_one.trial.number, late_one.attempt + late, f"[{age}]")]
            stages += [Stage(running[at].trial.number, running[at].attempt, "[]") for at in rest]
            results = [(result_of(running[at], "pruned"), running[at].attempt) for at in over]
            self._commit(which, age, results, stages)

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

    def _commit(
        self,
        which: int,
        age: int,
        results: Sequence[tuple[Result, int]],
        stages: Sequence[Stage] = (),
    ) -> None:
        state, spent = {"step": next(self.steps)}, self.pick(which).model.spent + 1.5
        self.write(
            which,
            age,
            lambda ledger, claim: ledger.commit(claim, results, state, spent, stages),
            lambda model: model.commit(results, state, spent, stages),
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
    @rule(which=WHICH, age=AGES, places=PLACES)
    def ship(self, which: int, age: int, places: list[int]) -> None:
        rows = self.pick(which).model.trials
        finished = [row.trial.number for row in rows if row.result is not None]
        numbers = [finished[place % len(finished)] for place in places if finished]
        self.write(
            which,
            age,
            lambda ledger, claim: ledger.shipped(claim, numbers),
            lambda model: model.ship(numbers),
        )

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
    @rule(which=WHICH, age=AGES, what=st.sampled_from(sorted(STEERING)))
    def steer(self, which: int, age: int, what: str) -> None:
        self.write(which, age, *STEERING[what])

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

    @precondition(lambda self: self.sweeps)
    @rule(which=WHICH, age=AGES, command=st.sampled_from(ledger_orders.COMMANDS))
    def command(self, which: int, age: int, command: ledger_orders.Command) -> None:
        """Left by somebody, and taken if there is one."""
        known = self.pick(which)
        self.agree(
            known,
            lambda ledger: ledger_orders.leave(ledger, known.sweep_id, command),
            lambda model: model.leave(command, self.clock, self.dead),
        )
        assert self.ledger.command(known.sweep_id) == known.model.command
        if age == 0 and known.model.command is not None:
            self.write(which, age, ledger_orders.taken, ModelSweep.take_command)
        elif known.model.command is None:
            assert ledger_orders.taken(self.ledger, known.claim(age)[0]) is None
