from __future__ import annotations

import pytest

from tracking.limits import CALL_CHARACTERS, calls, fitting_name, fitting_value
from tracking.records import Metric

NAMES_THAT_FIT = ["loss", "decay.step.drop", "epoch/val_loss", "a b", "größe", "x:y", "n" * 250]
NAMES_THAT_DO_NOT = ["a(b)", "%", "", ".", "..", "/x", "a//b", "a/../b", "../x", "a/", "n" * 251]


@pytest.mark.parametrize("name", NAMES_THAT_FIT)
def test_names_that_fit_stay(name: str) -> None:
    assert fitting_name(name) == name


@pytest.mark.parametrize("name", NAMES_THAT_DO_NOT)
def test_other_names_become_fitting_ones(name: str) -> None:
    fitted = fitting_name(name)
    assert fitted != name
    assert fitting_name(fitted) == fitted
    assert len(fitted) <= 250


@pytest.mark.parametrize("name", [*NAMES_THAT_FIT, *map(fitting_name, NAMES_THAT_DO_NOT)])
def test_mlflow_takes_fitting_names(name: str) -> None:
    from mlflow.utils.validation import _validate_metric, _validate_param, _validate_tag

    _validate_metric(name, 1.0, 0, 0)
    _validate_param(name, "1")
    _validate_tag(name, "1")


def test_fitting_names_stay_apart() -> None:
    assert len({fitting_name(name) for name in NAMES_THAT_DO_NOT}) == len(NAMES_THAT_DO_NOT)


def test_values_are_cut_with_an_ellipsis() -> None:
    assert fitting_value("abcdef", 6) == "abcdef"
    assert fitting_value("abcdefg", 6) == "abcde…"
    assert fitting_value("abcdefg", 6, "sweeps.failure_message") == "abcde…"


def test_of_a_traceback_the_end_is_kept() -> None:
    assert fitting_value("abcdefg", 6, "sweeps.traceback") == "…cdefg"
    assert fitting_value("abcdef", 6, "sweeps.traceback") == "abcdef"


def test_what_databases_do_not_take_is_written_out() -> None:
    assert fitting_value("a\udcff\0ü😀", 99) == "a\\udcff\\x00ü😀"
    assert fitting_value("\udcff", 3) == "\\u…"


def test_nothing_needs_no_call() -> None:
    assert list(calls({}, {}, ())) == []


def test_calls_hold_what_one_call_takes_in_the_given_order() -> None:
    params = {f"p{n}": "1" for n in range(150)}
    tags = {f"t{n}": "1" for n in range(250)}
    metrics = [Metric("loss", 1.0, n, n) for n in range(2001)]
    made = list(calls(params, tags, metrics))
    assert [len(call.metrics) for call in made] == [1000, 1000, 1]
    assert [len(call.params) for call in made] == [100, 50, 0]
    assert [len(call.tags) for call in made] == [100, 100, 50]
    assert [metric for call in made for metric in call.metrics] == metrics
    assert dict(entry for call in made for entry in call.tags) == tags


def test_long_values_are_spread_over_calls() -> None:
    tags = {f"t{n}": "x" * 8000 for n in range(60)}
    made = list(calls({}, tags, ()))
    for call in made:
        assert sum(len(name) + len(value) for name, value in call.tags) <= CALL_CHARACTERS
    assert sum(len(call.tags) for call in made) == 60


def test_a_run_says_what_was_cut_and_left_out() -> None:
    metrics = [Metric("loss", float("nan"), 0, 0), Metric("loss", 1.0, 1, 1)]
    (call,) = calls({"shape": "x" * 6001}, {"trace": "x" * 8001}, metrics)
    assert dict(call.tags)["sweeps.shortened"] == "shape, trace"
    assert dict(call.tags)["sweeps.not_finite"] == "loss"
    assert [metric.step for metric in call.metrics] == [1]
