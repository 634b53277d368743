"""Whole sweeps of a function, without any trainer of ours in between."""

from __future__ import annotations

from typing import Any

import pytest

from sweeps import flight
from sweeps.errors import SweepError
from sweeps.reading.sweep import read_sweep
from tests.sweeps.trainers.own.code import Code

PARABOLA = "def objective(config): return (config['x'] - 3) ** 2 + config.get('epochs', 0) * 0.0\n"
SMALLEST = {"metric": "value", "goal": "minimize"}


def sweep(search: Any, **changes: Any) -> dict[str, Any]:
    return {
        "function": "own_code:objective",
        "objective": SMALLEST,
        "search": search,
        "space": {"x": {"low": 0, "high": 10}},
        **changes,
    }


@pytest.mark.parametrize(
    ("search", "trials"),
    [
        ("grid", 11),
        ({"backend": "random", "trials": 11}, 11),
        ({"backend": "optuna", "trials": 11, "batch": 4}, 11),
    ],
)
def test_every_backend_improves_a_function(search: Any, trials: int, code: Code) -> None:
    code.write(PARABOLA)
    summary, results = code.run(sweep(search), workers=0)
    assert (summary.ending, summary.done, summary.failed) == ("finished", trials, 0)
    assert [result.score for result in results] == [
        (result.trial.config["x"] - 3) ** 2
        for result in results  # type: ignore[operator]
    ]
    assert all(result.trainer == "function" for result in results)
    assert summary.best is not None
    assert summary.best.trial.config == {"x": 3}


def test_hyperband_grants_epochs(code: Code) -> None:
    code.write("def objective(config): return config['x'] / config['epochs']\n")
    space = {"x": {"low": 0.0, "high": 1.0}, "epochs": 4}
    search = {"backend": "hyperband", "factor": 2}
    summary, results = code.run(sweep(search, space=space), workers=0)
    assert summary.ending == "finished"
    assert summary.failed == 0
    budgets = {result.trial.budget for result in results}
    assert {1, 2, 4} <= budgets
    assert any(result.trial.parent is not None for result in results)
    for result in results:
        assert result.metrics["epochs"] == result.trial.budget
        assert result.score == result.trial.config["x"] / result.trial.budget  # type: ignore[operator]


def test_folds_and_repeats_are_calls(code: Code) -> None:
    code.write("""
        def objective(config, data, seed):
            return {"val_error": float(data.val.x.mean()), "seed": seed}
    """)
    document = sweep(
        "grid",
        space={"x": [1, 2]},
        objective={"metric": "val_error", "goal": "minimize"},
        evaluate={"folds": 3, "repeats": 2},
        task={"name": "penguins"},
    )
    _, results = code.run(document, workers=0)
    for result in results:
        assert [(part.repeat, part.fold) for part in result.parts] == [
            (repeat, fold) for repeat in range(2) for fold in range(3)
        ]
        errors = [part.metrics["val_error"] for part in result.parts]
        assert errors[:3] == errors[3:]
        assert len(set(errors[:3])) == 3
        assert result.score == pytest.approx(sum(errors) / 6)
        assert len({part.metrics["seed"] for part in result.parts}) == 6


def test_an_objective_that_is_not_returned_is_missed(code: Code) -> None:
    code.write("def objective(config): return {'loss': 1.0}\n")
    _, results = code.run(sweep("grid", space={"x": [1, 2]}), workers=0)
    errors = [result.error for result in results if result.error is not None]
    assert len(errors) == 2
    assert errors[0].reason == "bad_configuration"
    assert errors[0].message == "nothing measured value; measured: loss"


def test_a_function_that_ends_its_process_costs_its_own_trial(code: Code) -> None:
    code.write("""
        import ctypes, os, sys

        def objective(config):
            if config["x"] == 7:
                os._exit(5)
            if config["x"] == 8:
                ctypes.string_at(0)
            if config["x"] == 9:
                sys.exit("enough")
            return config["x"]
    """)
    summary, results = code.run(sweep("grid"), workers=1)
    assert (summary.ending, summary.done, summary.failed) == ("finished", 8, 3)
    failed = {result.trial.config["x"]: result.error for result in results if result.error}
    assert {x: error.reason for x, error in failed.items()} == {
        7: "crashed",
        8: "crashed",
        9: "user_error",
    }
    assert "exit code 5" in failed[7].message
    assert "SystemExit: enough" in failed[9].message


def test_a_function_that_never_ends_is_ended(code: Code, monkeypatch: pytest.MonkeyPatch) -> None:
    """The grace is for what is loaded first; here it is a few lines."""
    monkeypatch.setattr(flight, "GRACE_SECONDS", 3.0)
    code.write("""
        import threading

        def objective(config):
            if config["x"] == 1:
                threading.Event().wait()
            return config["x"]
    """)
    document = sweep("grid", space={"x": [1, 2]}, budget={"trial_seconds": 0.1})
    summary, results = code.run(document, workers=1)
    assert (summary.done, summary.failed) == (1, 1)
    assert results[0].error is not None
    assert results[0].error.reason == "timed_out"


def test_what_it_prints_leaves_standard_output_alone(
    code: Code, capfd: pytest.CaptureFixture[str]
) -> None:
    code.write("def objective(config):\n  print('trying', config['x'])\n  return config['x']\n")
    code.run(sweep("grid", space={"x": [1, 2]}), workers=1)
    out, err = capfd.readouterr()
    assert out == ""
    assert {"trying 1", "trying 2"} <= set(err.splitlines())


def test_it_may_start_processes_in_a_worker(code: Code) -> None:
    code.write("""
        from multiprocessing import get_context

        def objective(config):
            process = get_context("spawn").Process(target=abs, args=(-1,))
            process.start()
            process.join()
            return float(process.exitcode == 0)
    """)
    _, results = code.run(sweep("grid", space={"x": [1]}), workers=1)
    assert [result.score for result in results] == [1.0]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ({"path": "own_code:f", "takes": "tail"}, "function.takes: 'tail' is not known"),
        ({"path": "own_code:f", "take": "config"}, "did you mean 'takes'"),
        ("own_code.f", "is not of the form `module:name`"),
    ],
)
def test_what_is_said_of_a_function_is_checked(function: Any, message: str) -> None:
    with pytest.raises(SweepError, match=message):
        read_sweep(sweep("grid", function=function))


def test_a_sweep_in_workers_is_the_sweep_in_this_process(code: Code) -> None:
    code.write("import random\ndef objective(config): return config['x'] + random.random()\n")
    _, inline = code.run(sweep("grid"), workers=0)
    _, worked = code.run(sweep("grid"), workers=2)
    assert [result.score for result in inline] == [result.score for result in worked]
    assert len({result.score for result in inline}) == 11
