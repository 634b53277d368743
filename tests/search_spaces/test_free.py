"""Spaces whose names are somebody else's."""

from __future__ import annotations

import random

import pytest

from search_spaces import Space, SpaceError


def test_names_and_values_of_any_kind_are_read() -> None:
    space = Space.read(
        {
            "clf__C": {"low": 1e-3, "high": 10.0, "log": True},
            "conv_0/filters": {"low": 8, "high": 32, "step": 8},
            "solver": ["lbfgs", None, True, 2],
            "batch size": 32,
            "half": {"derive": "units / 2"},
            "units": {"choices": [16, 32], "when": {"solver": ["lbfgs", 2]}},
        },
        {"small": "units <= 16"},
        free=True,
    )
    config = space.check(
        {"clf__C": 0.1, "conv_0/filters": 16, "solver": 2, "batch size": 32, "units": 16}
    )
    assert config["half"] == 8
    assert isinstance(config["half"], int)
    assert space.refusal({**config, "units": 32, "half": 16}) is not None


def test_whole_bounds_make_whole_numbers() -> None:
    space = Space.read({"n": {"low": 1, "high": 9}, "x": {"low": 1, "high": 9.0}}, free=True)
    drawn = space.draw(random.Random(0))
    assert isinstance(drawn["n"], int)
    assert isinstance(drawn["x"], float)


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ({"epochs": 0}, "epochs: 0 is too small"),
        ({"batch_size": "large"}, "batch_size: 'large' is text, where a number"),
        ({"tab\tname": 1}, "no name of a parameter"),
        ({"": 1}, "no name of a parameter"),
        ({"x" * 201: 1}, "no name of a parameter"),
        ({"clf": {"C": 1}}, "clf: .* says nothing about values"),
        ({"a": [[1, 2]]}, "a.0: .* is not a number, text, truth value or null"),
        ({"a": float("nan")}, "a: "),
        ({"a": {"low": "b", "high": 3}}, "a.low: "),
        ({"a": {"low": 5, "high": 3}}, "low 5 is above high 3"),
        ([1], "not a mapping"),
    ],
)
def test_mistakes_are_named(description: object, message: str) -> None:
    with pytest.raises(SpaceError, match=message):
        Space.read(description, free=True)  # type: ignore[arg-type]


def test_modules_are_not_looked_at() -> None:
    with pytest.raises(SpaceError):
        Space.read({"width": {"low": 0.5, "high": 2.5}})
    assert Space.read({"width": {"low": 0.5, "high": 2.5}}, free=True).continuous == ("width",)
