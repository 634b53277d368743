"""Spaces found by running made-up functions branch by branch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from search_spaces import Space
from sweeps.discovery.asked import Asked, Value
from sweeps.discovery.explore import UndiscoverableError, explored


class Recorder:
    """A stand-in for KerasTuner's hyperparameters."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.values = values
        self.asked: list[Asked] = []

    def choice(self, name: str, values: list[Value], **when: tuple[Value, ...]) -> Any:
        value = self.values.get(name, values[0])
        others = tuple(other for other in values if other != value)
        self.asked.append(Asked(name, {"choices": values}, value, others, True, when))
        return value

    def whole(self, name: str, low: int, high: int) -> Any:
        value = self.values.get(name, low)
        others = tuple(other for other in range(low, high + 1) if other != value)
        self.asked.append(Asked(name, {"low": low, "high": high}, value, others, True))
        return value

    def real(self, name: str, low: float, high: float) -> Any:
        value = self.values.get(name, low)
        self.asked.append(Asked(name, {"low": low, "high": high}, value, (high,), False))
        return value


def found(function: Callable[[Recorder], object]) -> dict[str, Any]:
    def run(values: Mapping[str, Value]) -> list[Asked]:
        recorder = Recorder(values)
        function(recorder)
        return recorder.asked

    description = explored(run)
    Space.read(description, free=True)
    return description


def test_parameters_that_are_always_there_have_no_conditions() -> None:
    def build(hp: Recorder) -> None:
        hp.whole("units", 8, 64)
        hp.real("rate", 0.1, 0.5)

    assert found(build) == {"units": {"low": 8, "high": 64}, "rate": {"low": 0.1, "high": 0.5}}


def test_a_loop_over_layers_gives_each_layer_the_counts_that_it_exists_with() -> None:
    def build(hp: Recorder) -> None:
        for layer in range(hp.whole("layers", 1, 3)):
            hp.choice(f"units_{layer}", [8, 16])

    description = found(build)
    assert "when" not in description["units_0"]
    assert description["units_1"]["when"] == {"layers": [2, 3]}
    assert description["units_2"]["when"] == {"layers": [3]}


def test_branches_inside_of_branches_are_found() -> None:
    def build(hp: Recorder) -> None:
        if hp.choice("kind", ["dense", "conv"]) == "conv" and hp.choice("pool", [False, True]):
            hp.whole("size", 2, 4)

    description = found(build)
    assert description["pool"]["when"] == {"kind": ["conv"]}
    assert description["size"]["when"] == {"pool": [True]}


def test_what_is_missing_with_some_value_depends_on_it() -> None:
    def build(hp: Recorder) -> None:
        if not hp.choice("plain", [False, True]):
            hp.real("rate", 0.0, 0.5)

    assert found(build)["rate"]["when"] == {"plain": [False]}


def test_a_parameter_of_two_branches_is_always_there() -> None:
    def build(hp: Recorder) -> None:
        first, second = hp.choice("a", [0, 1]), hp.choice("b", [0, 1])
        if first or second:
            hp.whole("shared", 1, 2)

    assert "when" not in found(build)["shared"]


def test_a_condition_that_the_function_states_is_kept() -> None:
    def build(hp: Recorder) -> None:
        hp.choice("kind", ["dense", "conv"])
        hp.choice("filters", [4, 8], kind=("conv",))

    assert found(build)["filters"]["when"] == {"kind": ("conv",)} or found(build)["filters"][
        "when"
    ] == {"kind": ["conv"]}


def test_a_wide_range_that_nothing_depends_on_is_tried_at_its_ends_only() -> None:
    runs = []

    def build(hp: Recorder) -> None:
        runs.append(hp.whole("units", 1, 1000))

    found(build)
    assert {1, 2, 1000} <= {*runs}
    assert len(runs) < 10


def test_branches_on_a_continuous_range_must_be_written_down() -> None:
    def build(hp: Recorder) -> None:
        if hp.real("rate", 0.0, 0.5) > 0.2:
            hp.whole("units", 1, 2)

    with pytest.raises(UndiscoverableError, match="'rate'"):
        found(build)


def test_one_name_for_two_ranges_is_refused() -> None:
    def build(hp: Recorder) -> None:
        hp.whole("units", 1, 4 if hp.choice("small", [True, False]) else 8)

    with pytest.raises(UndiscoverableError, match="'units' is asked for as"):
        found(build)


def test_a_function_that_asks_for_nothing_is_no_search() -> None:
    with pytest.raises(UndiscoverableError, match="nothing to search"):
        found(lambda hp: None)


def test_a_thousand_branches_end() -> None:
    def build(hp: Recorder) -> None:
        for depth in range(600):
            if not hp.choice(f"go_on_{depth}", [False, True]):
                return

    with pytest.raises(UndiscoverableError, match="more branches"):
        found(build)
