from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from sweeps.afterwards import _pack
from sweeps.executors.ray import sending
from sweeps.executors.ray.given import Given, GivenTask
from sweeps.executors.ray.parcel import Parcel
from sweeps.executors.ray.sending import Sending
from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.no_rows import NoRows
from sweeps.tasks.task import Data
from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit, Trial
from sweeps.user_code.user_code import NOWHERE
from tests.sweeps.tiny_task import TinyTask

FOLDS = Problem(TinyTask(), Evaluate(folds=3, repeats=2), Objective(), seed=0)


@dataclass
class Store:
    """What was put into an object store; references are numbers."""

    put: list[Any] = field(default_factory=list)

    def __call__(self, what: Any) -> int:
        self.put.append(what)
        return len(self.put) - 1


def call(problem: Problem, *fits: tuple[int, int]) -> Parcel:
    pack = Pack(tuple(Fit(Trial(7, {}), fold, repeat, 0, budget=1) for fold, repeat in fits))
    return Parcel(print, ("trainer", pack, problem), {}, speaks=True)


def parts_of(parcel: Parcel) -> Any:
    (problem,) = (one for one in parcel.args if isinstance(one, Given))
    return problem.parts


def test_rows_are_put_once_for_each_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    sending = Sending(store)
    first, modules = sending.prepared(call(FOLDS, (0, 0), (1, 0)))
    again, _ = sending.prepared(call(FOLDS, (1, 1), (2, 0)))
    assert modules is None
    assert parts_of(first) == {(0, 0): 0, (1, 0): 1}
    assert parts_of(again) == {(1, 0): 1, (2, 0): 2}, "repeats have the same rows"
    assert all(isinstance(data, Data) for data in store.put)
    assert store.put[1] is FOLDS.data(1, 0)


def test_repeats_that_split_anew_have_rows_of_their_own() -> None:
    problem = replace(FOLDS, evaluate=replace(FOLDS.evaluate, resplit=True))
    sent, _ = Sending(Store()).prepared(call(problem, (0, 0), (0, 1)))
    assert parts_of(sent) == {(0, 0): 0, (0, 1): 1}


def test_repeats_of_a_confirmation_have_rows_of_their_own() -> None:
    problem = replace(FOLDS, evaluate=replace(FOLDS.evaluate, confirm_top=1, confirm_repeats=2))
    store = Store()
    sent, _ = Sending(store).prepared(call(problem, (0, 1), (0, 2), (0, 3)))
    assert parts_of(sent) == {(0, 0): 0, (0, 2): 1, (0, 3): 2}
    assert store.put[2] is problem.data(0, 3)


def test_rows_for_a_simple_model_are_sent_as_well() -> None:
    measured = Parcel(print, (FOLDS, _pack(FOLDS.evaluate)), {}, speaks=True)
    sent, _ = Sending(Store()).prepared(measured)
    assert set(parts_of(sent)) == {(0, 0), (1, 0), (2, 0)}


def test_the_problem_is_the_same_but_for_its_rows() -> None:
    sent, _ = Sending(Store()).prepared(call(FOLDS, (0, 0)))
    problem = next(one for one in sent.args if isinstance(one, Given))
    assert (problem.evaluate, problem.objective, problem.seed) == (
        FOLDS.evaluate,
        FOLDS.objective,
        FOLDS.seed,
    )
    task: Any = problem.task
    assert isinstance(task, GivenTask)
    for name in ("name", "kind", "outputs", "features", "classes"):
        assert getattr(task, name) == getattr(FOLDS.task, name)
    assert task.digest() == FOLDS.task.digest()
    assert hash(problem) == hash(replace(problem, parts={})), "trainers remember by problem"
    with pytest.raises(ValueError, match="tiny: split 1 was not sent"):
        task.rows(1)


@dataclass(frozen=True)
class Broken(TinyTask):
    def scaled(self, fitted_on: Any, *parts: Any) -> Any:
        raise ZeroDivisionError("a column is constant")


def test_rows_that_cannot_be_made_are_the_fits_to_meet() -> None:
    sent, _ = Sending(Store()).prepared(call(replace(FOLDS, task=Broken()), (0, 0)))
    problem = next(one for one in sent.args if isinstance(one, Given))
    with pytest.raises(ZeroDivisionError, match="a column is constant"):
        problem.data(0, 0)


def test_a_function_without_rows_keeps_its_problem() -> None:
    parcel = call(replace(FOLDS, task=NoRows("none")), (0, 0))
    assert Sending(Store()).prepared(parcel) == (parcel, None)


def test_a_call_about_no_problem_is_sent_as_it_is() -> None:
    parcel = Parcel(print, ("anything",), {}, speaks=False)
    assert Sending(Store()).prepared(parcel) == (parcel, None)


def test_modules_are_put_once_where_a_figure_is_the_users(tmp_path: Path) -> None:
    (tmp_path / "figures.py").write_text("")
    store = Store()
    sending = Sending(store)
    own = replace(FOLDS, folder=str(tmp_path), evaluate=Evaluate(metrics=("figures:profit",)))
    assert sending.prepared(call(own, (0, 0)))[1] == 0
    assert sending.prepared(call(own, (0, 0)))[1] == 0
    assert isinstance(store.put[0], bytes)
    plain = replace(FOLDS, folder=str(tmp_path))
    assert sending.prepared(call(plain, (0, 0)))[1] is None


def test_no_modules_are_sent_where_all_code_is_installed() -> None:
    own = replace(FOLDS, folder=NOWHERE, evaluate=Evaluate(metrics=("figures:profit",)))
    assert Sending(Store()).prepared(call(own, (0, 0)))[1] is None


def test_rows_asked_for_longest_ago_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "MOST_PARTS", 2)
    store = Store()
    keeping = Sending(store)
    for fold in (0, 1, 2, 2, 0):
        keeping.prepared(call(FOLDS, (fold, 0)))
    assert len(store.put) == 4
