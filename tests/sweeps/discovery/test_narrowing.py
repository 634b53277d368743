"""Discovered spaces with some of their parameters written in the sweep file."""

from __future__ import annotations

from typing import Any

import pytest

from search_spaces import Space
from search_spaces.errors import SpaceError
from sweeps.discovery.narrowing import narrowed

FOUND: dict[str, Any] = {
    "layers": {"low": 1, "high": 3},
    "units_1": {"low": 8, "high": 16, "when": {"layers": [2, 3]}},
    "units_2": {"low": 8, "high": 16, "when": {"layers": [3]}},
    "drop": {"choices": [False, True]},
    "rate": {"low": 0.1, "high": 0.5, "when": {"drop": [True]}},
    "kind": {"choices": ["a", "b"], "when": {"drop": [True]}},
    "deep": {"low": 1, "high": 2, "when": {"kind": ["b"]}},
}


@pytest.mark.parametrize("raw", [9, [9, 12], {"low": 9, "high": 12}, {"value": 9}])
def test_what_is_narrowed_keeps_its_condition(raw: Any) -> None:
    space = narrowed(FOUND, {"units_1": raw})
    assert space["units_1"]["when"] == {"layers": [2, 3]}
    assert [*space] == [*FOUND]
    assert Space.read(space, free=True).varying


def test_a_condition_of_ones_own_counts() -> None:
    own = {"choices": [8, 9], "when": {"layers": [3]}}
    assert narrowed(FOUND, {"units_1": own})["units_1"] == own


@pytest.mark.parametrize(
    ("written", "gone"),
    [
        ({"layers": 1}, {"units_1", "units_2"}),
        ({"layers": [1, 2]}, {"units_2"}),
        ({"layers": {"low": 1, "high": 2}}, {"units_2"}),
        ({"layers": {"value": 3}}, set()),
        ({"drop": False}, {"rate", "kind", "deep"}),
        ({"drop": {"choices": [False]}, "epochs": 3}, {"rate", "kind", "deep"}),
        ({"drop": [True, False]}, set()),
        ({"kind": "a"}, {"deep"}),
    ],
)
def test_what_no_value_left_brings_up_is_left_out(written: dict[str, Any], gone: set[str]) -> None:
    space = narrowed(FOUND, written)
    assert {*space} == {*FOUND, *written} - gone
    Space.read(space, free=True)


def test_what_was_written_is_never_left_out_silently() -> None:
    space = narrowed(FOUND, {"layers": 1, "units_2": 8})
    with pytest.raises(SpaceError, match=r"units_2\.when\.layers: never true"):
        Space.read(space, free=True)
