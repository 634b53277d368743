"""What of an earlier sweep is told, seen through the line that says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from sweeps.errors import SweepError
from sweeps.ledger import schema
from sweeps.ledger.ledger import Ledger
from sweeps.parts import Parts
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Objective, Sweep
from sweeps.trial import Fit, Outcome
from sweeps.warm_start.from_sweep import earlier_sweep, sweep_called
from tests.sweeps.bench import DOCUMENT, Bench
from tests.sweeps.fakes import FakeTrainer

PLACE = ("search", "warm_start", 0)
LATER = {"backend": "optuna", "trials": 3}


@dataclass(frozen=True)
class Sized(FakeTrainer):
    """Measures a size as well."""

    def _outcome(self, fit: Fit, metric: str) -> Outcome:
        made = super()._outcome(fit, metric)
        return replace(made, metrics={**made.metrics, "parameters": 7.0})


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(tmp_path, monkeypatch)
    made.train_with(Sized(failing=frozenset({1})))
    return made


@pytest.fixture
def ledger(bench: Bench) -> Any:
    opened = bench.ledger()
    yield opened
    opened.close()


def sweep_of(**values: Any) -> Sweep:
    return read_sweep({**DOCUMENT, **values})


def test_what_has_a_score_is_told_as_it_was_measured(bench: Bench, ledger: Ledger) -> None:
    sweep_id = bench.run(sweep_of()).sweep_id
    parts = Parts.of(sweep_of(search=LATER, objective=["val_accuracy", "parameters"]))
    earlier = earlier_sweep(ledger, sweep_id, parts, PLACE)
    scored = [one for one in bench.results(sweep_id) if one.score is not None]
    assert len(scored) == 9
    assert [one.values for one in earlier.tried] == [(one.score, 7.0) for one in scored]
    assert earlier.otherwise == ()


def test_one_of_several_objectives_may_be_the_only_one_now(bench: Bench, ledger: Ledger) -> None:
    first = sweep_of(objective=["val_accuracy", "parameters"])
    sweep_id = bench.run(first).sweep_id
    parts = Parts.of(sweep_of(search=LATER))
    assert len(earlier_sweep(ledger, sweep_id, parts, PLACE).tried) == 9


def test_trials_that_were_cut_short_are_not_comparable(bench: Bench, ledger: Ledger) -> None:
    space = {"width": {"low": 1, "high": 500}, "epochs": 3}
    sweep_id = bench.run(sweep_of(space=space)).sweep_id
    with ledger.changing() as connection:
        trial = schema.trial.c
        connection.execute(update(schema.trial).where(trial.number < 4).values(budget=1))
        connection.execute(update(schema.trial).where(trial.number == 4).values(budget=3))
    parts = Parts.of(sweep_of(space=space, search=LATER))
    tried = earlier_sweep(ledger, sweep_id, parts, PLACE).tried
    assert [one.unfit for one in tried] == ["trained for 1 of 3 epochs"] * 3 + [""] * 6


def test_the_opposite_goal_is_refused(bench: Bench, ledger: Ledger) -> None:
    sweep_id = bench.run(sweep_of()).sweep_id
    parts = Parts.of(sweep_of(search=LATER))
    opposite = replace(parts.sweep, objective=Objective("val_accuracy", "minimize"))
    with pytest.raises(SweepError, match="is to maximize val_accuracy, this sweep to minimize"):
        earlier_sweep(ledger, sweep_id, replace(parts, sweep=opposite), PLACE)


def test_what_was_done_otherwise_is_told(bench: Bench, ledger: Ledger) -> None:
    sweep_id = bench.run(sweep_of()).sweep_id
    other = sweep_of(search=LATER, evaluate={"repeats": 2}, task="breast_cancer")
    found = earlier_sweep(ledger, sweep_id, Parts.of(other), PLACE)
    assert found.otherwise == ("other rows", "another evaluation")


def test_a_name_that_two_sweeps_have_says_nothing(bench: Bench, ledger: Ledger) -> None:
    first = bench.run(sweep_of(name="mine")).sweep_id
    assert sweep_called(ledger, "mine", PLACE).sweep_id == first
    second = bench.run(sweep_of(name="mine")).sweep_id
    assert sweep_called(ledger, "latest", PLACE).sweep_id == second
    with pytest.raises(SweepError) as caught:
        sweep_called(ledger, "mine", PLACE)
    assert caught.value.path == PLACE
    assert f"{first}, {second}" in str(caught.value) or f"{second}, {first}" in str(caught.value)
