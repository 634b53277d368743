from __future__ import annotations

import re
from typing import ClassVar

import pytest

from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective, SubjectKind
from sweeps.tasks.no_rows import NoRows
from sweeps.trial import Fit, Outcome, Trial
from tests.sweeps.tiny_task import TinyTask
from tests.sweeps.trainers.fitting import fit_of, problem_on
from tests.sweeps.trainers.own.code import Code
from tests.sweeps.trainers.own.contract import OwnCodeContract

TEXT = """
import math
import random
import sys
import numpy

def fine(config):
    return 1.0

def drawing(config, seed):
    return {"value": random.random() + numpy.random.rand(), "seed": seed}

def deeper(config):
    raise KeyError("species")

def raising(config):
    return deeper(config)

def leaving(config):
    sys.exit(3)

def starved(config):
    raise MemoryError("too large")

def infinite(config):
    return {"value": 1.0, "other": math.nan}

def greedy(config, data):
    data.train.x[:] = 0
    return 1.0
"""


class TestContract(OwnCodeContract):
    kind: ClassVar[SubjectKind] = "function"
    text = TEXT
    metric = "value"


def no_rows(**evaluate: int) -> Problem:
    return Problem(NoRows("own_code.f"), Evaluate(**evaluate), Objective("value", "maximize"), 0)


def failure(outcome: Outcome) -> tuple[str, str]:
    assert outcome.error is not None
    return outcome.error.reason, outcome.error.message


def test_the_configuration_is_a_dict_of_its_own(code: Code) -> None:
    code.write("""
        def f(config):
            config["added"] = 1
            assert type(config) is dict
            return sum(config.values())
    """)
    fit = fit_of({"x": 2, "y": 0.5})
    outcome = code.train("function", "f", fit, no_rows())
    assert outcome.metrics == {"value": 3.5}
    assert fit.trial.config == {"x": 2, "y": 0.5}


def test_epochs_are_those_of_the_fit(code: Code) -> None:
    code.write("""
        def f(config):
            return config["epochs"]

        def g(config):
            return {"value": 1.0, "epochs": 4}
    """)
    fit = Fit(Trial(0, {"epochs": 27}, budget=9), fold=0, repeat=0, seed=1, budget=9)
    outcome = code.train("function", "f", fit, no_rows())
    assert outcome.metrics == {"value": 9.0, "epochs": 9.0}
    assert code.train("function", "g", fit, no_rows()).metrics == {"value": 1.0, "epochs": 4.0}


def test_data_are_the_rows_of_the_fold(code: Code) -> None:
    code.write("""
        def f(config, data, *, seed, unused=None, **rest):
            assert unused is None and not rest
            rows = len(data.train.y), len(data.val.y), len(data.test.y)
            return {"value": float(data.val.x.sum()), "rows": rows[0], "seed": seed}
    """)
    problem = Problem(TinyTask(), Evaluate(folds=4), Objective("value", "maximize"), 0)
    for fold in range(4):
        fit = Fit(Trial(0, {}), fold=fold, repeat=0, seed=5, budget=1)
        outcome = code.train("function", "f", fit, problem)
        assert outcome.error is None
        data = problem.data(fold, 0)
        assert data.val is not None
        assert outcome.metrics == {"value": float(data.val.x.sum()), "rows": 33, "seed": 5}


def test_folds_want_a_function_that_takes_data(code: Code) -> None:
    code.write("def f(config): return 1.0")
    problem = Problem(TinyTask(), Evaluate(folds=3), Objective("value", "maximize"), 0)
    reason, message = failure(code.train("function", "f", fit_of({}), problem))
    assert reason == "bad_configuration"
    assert message.startswith("evaluate.folds: 3 folds, and own_code:f has no parameter `data`")


def test_data_want_a_task(code: Code) -> None:
    code.write("def f(config, data): return 1.0")
    reason, message = failure(code.train("function", "f", fit_of({}), no_rows()))
    assert reason == "bad_configuration"
    assert "the sweep has no task" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("f = {}", "own_code:f is a dict, which cannot be called"),
        ("def f(): return 1.0", "own_code:f: it takes no configuration; write `def objective"),
        ("def f(**params): return 1.0", "own_code:f: it takes no configuration"),
        ("def f(lr, width): return 1.0", "nothing is known to give to its parameter 'width'"),
        ("def f(trial): return 1.0", "takes an Optuna trial: say so, .*takes: trial"),
        ("def f(config): return 'a'", "own_code:f returned 'a', which is no number"),
    ],
)
def test_what_cannot_be_an_objective(text: str, message: str, code: Code) -> None:
    code.write(text)
    outcome = code.train("function", "f", fit_of({}), problem_on("value"))
    assert outcome.error is not None
    assert outcome.error.reason == "user_error"
    assert re.search(message, outcome.error.message)


def test_a_configuration_may_be_called_trial(code: Code) -> None:
    code.write("def f(trial): return trial['x']")
    outcome = code.train("function", "f", fit_of({"x": 4}), no_rows(), takes="config")
    assert outcome.metrics == {"value": 4.0}


def test_objects_and_functions_in_c_may_be_called(code: Code) -> None:
    code.write("""
        class Objective:
            def __call__(self, config):
                return 2.0
        f = Objective()
        g = len
    """)
    assert code.train("function", "f", fit_of({}), no_rows()).metrics == {"value": 2.0}
    assert code.train("function", "g", fit_of({"x": 1}), no_rows()).metrics == {"value": 1.0}
    _, message = failure(code.train("function", "builtins:max", fit_of({"x": 1}), no_rows()))
    assert message.startswith("builtins:max returned 'x', which is no number")


def test_an_interruption_stays_one(code: Code) -> None:
    code.write("def f(config): raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        code.train("function", "f", fit_of({}), no_rows())
