from __future__ import annotations

import math

import pytest

from search_spaces import Choice, Derived, Float, Int, SpaceError, When
from search_spaces.quantities import Flag, Real, Whole, Word
from search_spaces.reading import read_param

WIDTH, RATE, NAME = Whole(minimum=1), Real(above=0, maximum=1), Word(("relu", "tanh"))


def read(raw, quantity=WIDTH):
    return read_param("x", raw, quantity, ("x",))


@pytest.mark.parametrize(
    ("raw", "quantity", "domain"),
    [
        (32, WIDTH, Choice((32,))),
        ({"value": 32}, WIDTH, Choice((32,))),
        ([16, 32], WIDTH, Choice((16, 32))),
        ({"choices": [16, 32]}, WIDTH, Choice((16, 32))),
        ({"low": 8, "high": 64}, WIDTH, Int(8, 64)),
        ({"low": 8, "high": 64, "step": 8}, WIDTH, Int(8, 64, step=8)),
        ({"low": 8, "high": 64, "log": True}, WIDTH, Int(8, 64, log=True)),
        ({"low": 0.1, "high": 1}, RATE, Float(0.1, 1.0)),
        ({"low": 0.1, "high": 0.5, "step": 0.1}, RATE, Float(0.1, 0.5, step=0.1)),
        ({"low": 0.1, "high": 1, "log": True}, RATE, Float(0.1, 1.0, log=True)),
        ({"derive": "2 * y"}, WIDTH, Derived("2 * y", WIDTH)),
        ("relu", NAME, Choice(("relu",))),
        (["tanh", "relu"], NAME, Choice(("tanh", "relu"))),
        ([True, False], Flag(), Choice((True, False))),
    ],
)
def test_one_rule_for_every_value(raw, quantity, domain):
    param = read(raw, quantity)
    assert param.name == "x"
    assert param.domain == domain
    assert param.when == ()


def test_whole_numbers_stand_for_floats_where_floats_are_meant():
    assert [repr(choice) for choice in read([1, 0.5], RATE).domain.choices] == ["1.0", "0.5"]


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ({"y": [2, 3]}, (When("y", (2, 3)),)),
        ({"y": 2}, (When("y", (2,)),)),
        ({"y": True}, (When("y", (True,)),)),
        ({"y": {"low": 2, "high": 3}}, (When("y", low=2, high=3),)),
        ({"y": {"low": 2}}, (When("y", low=2),)),
        ({"y": "relu", "z.low": {"high": 0.5}}, (When("y", ("relu",)), When("z.low", high=0.5))),
    ],
)
@pytest.mark.parametrize(
    "body", [{"value": 3}, {"choices": [3, 4]}, {"low": 3, "high": 9}, {"derive": "2 * y"}]
)
def test_a_condition_may_stand_in_any_mapping(body, written, when):
    param = read({**body, "when": written})
    assert param.when == when
    assert param.domain == read(body).domain


@pytest.mark.parametrize(
    ("raw", "quantity", "path", "message"),
    [
        (None, WIDTH, (), "null is not a number"),
        ("8", WIDTH, (), "'8' is text; write it without quotes"),
        ("1e-3", RATE, (), "'1e-3' is text; write it without quotes"),
        ("wide", WIDTH, (), "'wide' is text, where a number is expected"),
        (True, WIDTH, (), "true is not a number"),
        (8.0, WIDTH, (), "8.0 is not a whole number"),
        (0, WIDTH, (), "0 is too small: the smallest value is 1"),
        (10**400, WIDTH, (), "a whole number of 401 digits is too large"),
        (2**63, WIDTH, (), "9223372036854775808 is too large"),
        (10**400, RATE, (), "a whole number of 401 digits is too large"),
        ([1, 10**5000], RATE, (1,), "a whole number of 5001 digits is too large"),
        (0, RATE, (), "0 is too small: values must be above 0"),
        (1.5, RATE, (), "1.5 is too large: the largest value is 1"),
        (math.nan, RATE, (), "nan is not a finite number"),
        (-math.inf, RATE, (), "-inf is not a finite number"),
        ([], WIDTH, (), "no choices"),
        ([8, 8], WIDTH, (1,), "8 is listed twice"),
        ([1, 1.0], RATE, (1,), "1.0 is listed twice"),
        ([8, True], WIDTH, (1,), "true is not a number"),
        ([8, [9]], WIDTH, (1,), "[9] is not a number"),
        ({"choices": [8, 0]}, WIDTH, ("choices", 1), "0 is too small"),
        ({"choices": [8, 8]}, WIDTH, ("choices", 1), "8 is listed twice"),
        ({"choices": 8}, WIDTH, ("choices",), "choices must be a list"),
        ({"value": 0}, WIDTH, ("value",), "0 is too small"),
        ({"low": 300, "high": 256}, WIDTH, ("low",), "low 300 is above high 256"),
        ({"low": 0, "high": 256}, WIDTH, ("low",), "0 is too small"),
        ({"low": 0, "high": 1, "log": True}, RATE, ("low",), "values must be above 0"),
        ({"low": 1, "high": 9, "step": 3}, WIDTH, ("step",), "last value reached is 7"),
        ({"low": 1, "high": 9, "step": 0.5}, WIDTH, ("step",), "0.5 is not a whole number"),
        ({"low": 0.1, "high": 1, "step": 0.4}, RATE, ("step",), "last value reached is 0.9"),
        ({"low": 1, "high": 9, "log": "true"}, WIDTH, ("log",), "'true' is neither true nor"),
        ({"low": 1}, WIDTH, (), "high is missing"),
        ({"high": 1}, WIDTH, (), "low is missing"),
        ({"low": 1, "hihg": 9}, WIDTH, ("hihg",), "did you mean 'high'?"),
        ({"low": 1, "high": 9, 3: 4}, WIDTH, (), "3 is no key"),
        ({"low": 1, "high": 9, "choices": [1]}, WIDTH, (), "choices and low exclude each other"),
        ({"value": 1, "derive": "y"}, WIDTH, (), "value and derive exclude each other"),
        ({}, WIDTH, (), "an empty mapping"),
        ({"when": {"y": 1}}, WIDTH, (), "an empty mapping"),
        ({"derive": "2 *"}, WIDTH, ("derive",), "not an expression that can be read"),
        ({"derive": 3}, WIDTH, ("derive",), "3 is not an expression; write it in quotes"),
        ({"derive": "y"}, NAME, ("derive",), "only numbers can be computed"),
        ({"low": 1, "high": 2}, NAME, (), "only numbers have a range"),
        ("rleu", NAME, (), "'rleu' is unknown; did you mean 'relu'?"),
        (["relu", "x"], NAME, (1,), "'x' is unknown; known here: relu, tanh"),
        (3, NAME, (), "3 is not one of relu, tanh"),
        (1, Flag(), (), "1 is neither true nor false"),
        ({"value": 1, "when": {}}, WIDTH, ("when",), "a condition maps a parameter"),
        ({"value": 1, "when": "y"}, WIDTH, ("when",), "a condition maps a parameter"),
        ({"value": 1, "when": {3: 4}}, WIDTH, ("when",), "3 is no parameter's name"),
        ({"value": 1, "when": {"y": []}}, WIDTH, ("when", "y"), "no choices"),
        ({"value": 1, "when": {"y": [1, 1]}}, WIDTH, ("when", "y", 1), "1 is listed twice"),
        ({"value": 1, "when": {"y": {}}}, WIDTH, ("when", "y"), "needs values, or low and high"),
        ({"value": 1, "when": {"y": {"lo": 1}}}, WIDTH, ("when", "y", "lo"), "mean 'low'?"),
        (
            {"value": 1, "when": {"y": {"low": 3, "high": 2}}},
            WIDTH,
            ("when", "y", "low"),
            "low 3 is above high 2",
        ),
    ],
)
def test_nonsense_is_refused_by_value_and_place(raw, quantity, path, message):
    with pytest.raises(SpaceError) as caught:
        read(raw, quantity)
    assert caught.value.path == ("x", *path)
    assert message in caught.value.message
