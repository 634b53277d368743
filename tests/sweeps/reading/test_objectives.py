from __future__ import annotations

import re
from typing import Any

import pytest

from sweeps.errors import SweepError
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Objective, Sweep

BASE: dict[str, Any] = {"task": "penguins", "space": {"width": [8, 16]}}
TWO = ["val_accuracy", "parameters"]
SMALL = Objective("parameters", "minimize")


def read(objective: Any, **more: Any) -> Sweep:
    return read_sweep({**BASE, "objective": objective, **more})


def refused(objective: Any, **more: Any) -> SweepError:
    with pytest.raises(SweepError) as caught:
        read(objective, **more)
    return caught.value


def test_a_list_is_several_objectives_in_its_order() -> None:
    sweep = read(["val_accuracy", {"metric": "parameters", "goal": "minimize"}, "val_loss"])
    assert sweep.objective == Objective("val_accuracy", "maximize")
    assert sweep.further == (SMALL, Objective("val_loss", "minimize"))
    assert read_sweep(sweep.document) == sweep


def test_one_objective_has_no_further_ones() -> None:
    assert read("val_loss").further == ()


def test_what_further_objectives_need_is_measured() -> None:
    sweep = read(["val_accuracy", "val_f1", "val_loss"], evaluate={"metrics": ["recall"]})
    assert sweep.evaluate.metrics == ("recall", "f1")


def test_a_function_names_its_own_figures() -> None:
    document = {"function": "my:f", "space": {"x": [1, 2]}}
    given = [{"metric": "gain", "goal": "maximize"}, {"metric": "cost", "goal": "minimize"}]
    sweep = read_sweep({**document, "objective": given})
    assert [one.metric for one in sweep.objectives] == ["gain", "cost"]
    with pytest.raises(SweepError, match="say which way cost is better"):
        read_sweep({**document, "objective": [given[0], "cost"]})


@pytest.mark.parametrize(
    ("objective", "path", "message"),
    [
        (["val_loss"], (), "1 in a list: 2 to 4 objectives"),
        (["val_loss", "val_mse", "val_mae", "val_rmse", "val_r2"], (), "5 in a list"),
        ([*TWO, "parameters"], (2,), "parameters is given twice"),
        (["val_accuracy", "test_loss"], (1,), "measured on other rows .* write val_loss"),
        (["parameters", "val_loss"], (0,), "put val_loss first"),
        (["parameters", "epochs"], (), "nothing in it says how good a model is"),
        (["val_loss", {"metric": "parameters", "goal": "maximize"}], (1, "goal"), "worst"),
        (["val_loss", "acuracy"], (1, "metric"), "did you mean 'val_accuracy'"),
        (["val_loss", ["parameters"]], (1,), "not a mapping"),
        ("parameters", (), r"parameters alone .* `objective: \[val_accuracy, parameters\]`"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(
    objective: Any, path: tuple[str | int, ...], message: str
) -> None:
    error = refused(objective)
    assert error.path == ("objective", *path)
    assert re.search(message, str(error))


@pytest.mark.parametrize(
    ("search", "path"),
    [
        ({"backend": "hyperband"}, ("search", "backend")),
        ({"backend": "random", "pruner": "median"}, ("search", "pruner")),
        ({"backend": "optuna", "trials": 3, "sampler": "cmaes"}, ("search", "sampler")),
    ],
)
def test_what_one_score_decides_is_refused(search: Any, path: tuple[str, ...]) -> None:
    error = refused(TWO, search=search)
    assert error.path == path
    assert str(error).endswith("keep one objective")


def test_nothing_is_confirmed_by_several() -> None:
    error = refused(TWO, evaluate={"confirm_top": 3})
    assert error.path == ("evaluate", "confirm_top")
    assert str(error).endswith("keep one objective")


def test_samplers_and_backends_that_need_no_single_score_are_not() -> None:
    for sampler in ("tpe", "nsgaii", "random", "qmc"):
        read(TWO, search={"backend": "optuna", "sampler": sampler, "trials": 3})
    for backend in ("grid", "random"):
        read(TWO, search={"backend": backend, "trials": 3})
