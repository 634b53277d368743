"""The pace of training, measured with the real trainer on three small networks."""

from __future__ import annotations

import pytest

from sweeps.executors.inline import Inline
from sweeps.problem import Problem
from sweeps.reading.sweep import read_sweep
from sweeps.reproduce import pace
from sweeps.reproduce.estimate import Pace
from tests.sweeps.tiny_task import TinyTask

SWEEP = read_sweep(
    {
        "task": "penguins",
        "objective": {"metric": "test_accuracy"},
        "evaluate": {"repeats": 1, "resplit": True},
        "space": {"layer_count": [0, 1, 2], "width": 8, "epochs": 3},
    }
)


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    monkeypatch.setattr(pace, "task_for", lambda *_: TinyTask())
    monkeypatch.setattr(pace.cores, "usable", lambda: 2)


class Slots(Inline):
    slots = 3


def test_the_middle_network_is_trained_often_enough_for_every_core(monkeypatch):
    seen = []

    def timed(fits, problem):
        seen.extend(fits)
        assert isinstance(problem, Problem)
        return Pace(5.0, 0.5)

    monkeypatch.setattr(pace, "timed", timed)
    assert pace.measured(SWEEP, Slots({})) == Pace(15.0, 0.5)
    assert {fit.trial.config["layer_count"] for fit in seen} == {1}
    assert [fit.repeat for fit in seen] == list(range(8))
    assert {(fit.budget, fit.save_to) for fit in seen} == {(3, None)}


def test_searches_without_a_grid_have_a_pace_too(monkeypatch):
    space = {"width": 8, "learning_rate": {"low": 1e-3, "high": 1e-1}, "epochs": 2}
    search = {"backend": "random", "trials": 3}
    sweep = read_sweep({"task": "penguins", "search": search, "space": space})
    monkeypatch.setattr(pace, "timed", lambda fits, problem: Pace(len(fits), 0.0))
    assert pace.measured(sweep, Slots({})).operations == 24


def test_operations_by_the_second_time_and_compiling_by_the_difference(monkeypatch):
    times = iter([10.0, 13.0, 20.0, 20.5])
    monkeypatch.setattr(pace.time, "perf_counter", lambda: next(times))
    trained = []
    monkeypatch.setattr(
        pace.FusedFit, "train", lambda self, pack, problem, progress: trained.append(pack.fits)
    )
    monkeypatch.setattr(pace, "operations_of", lambda fits, problem: 7e9)
    assert pace.timed([], None) == Pace(14e9, 2.5)
    assert len(trained) == 2


def test_the_real_trainer_has_a_pace():
    found = pace.measured(SWEEP, Inline({}))
    assert found.operations > 0
    assert found.compiling > 0
