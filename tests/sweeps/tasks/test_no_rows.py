from __future__ import annotations

import pytest

from sweeps.errors import SweepError
from sweeps.problem import Problem
from sweeps.reading.sweep import read_sweep
from sweeps.remembering import sweep_record
from sweeps.sweep import Evaluate, Objective, TaskChoice
from sweeps.tasks.choose import task_for
from sweeps.tasks.no_rows import NoRows


def test_it_is_named_after_the_function():
    task = task_for(TaskChoice("none", {"name": "own.objective"}))
    assert (task.name, task.features, task.classes) == ("own.objective", (), ())
    assert task_for(TaskChoice("none")).name == "none"
    with pytest.raises(SweepError, match="unknown key 'csv'"):
        task_for(TaskChoice("none", {"csv": "data.csv"}))


def test_rows_are_asked_for_in_vain():
    with pytest.raises(ValueError, match=r"own\.objective has no task.*task: \{csv: data\.csv"):
        NoRows("own.objective").rows(0)


def test_a_sweep_of_a_function_is_logged_without_a_data_set():
    document = {
        "function": "own:objective",
        "space": {"x": [1, 2]},
        "objective": {"metric": "value", "goal": "maximize"},
    }
    sweep = read_sweep(document)
    problem = Problem(task_for(sweep.task), Evaluate(), Objective("value"), seed=0)
    assert problem.split_hash() == "no rows"
    record = sweep_record(sweep, "abc", 0, problem, problem.split_hash(), "{}")
    assert (record.experiment, record.dataset) == ("own.objective", None)
    assert record.params["split_hash"] == "no rows"


def test_networks_need_rows():
    with pytest.raises(SweepError, match="is for a function of your own") as said:
        read_sweep({"task": "none", "space": {"width": [8]}})
    assert said.value.path == ("task",)
