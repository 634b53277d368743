from __future__ import annotations

from collections.abc import Callable

import pytest

from sweeps.pruning.margin import margin_of


def below(threshold: float) -> Callable[[float], bool]:
    return lambda value: value < threshold


def above(threshold: float) -> Callable[[float], bool]:
    return lambda value: value > threshold


@pytest.mark.parametrize("value", [0.5, 0.69, 0.6999, -3.0])
def test_the_margin_is_what_lacked(value: float) -> None:
    margin = margin_of(below(0.7), value, best=0.9, maximize=True)
    assert margin == pytest.approx(0.7 - value, rel=1e-3)
    assert margin is not None
    assert value + margin >= 0.7
    mirrored = margin_of(above(-0.7), -value, best=-0.9, maximize=False)
    assert mirrored == margin


def test_the_best_may_not_have_been_good_enough() -> None:
    assert margin_of(below(0.7), 0.5, best=0.5, maximize=True) == pytest.approx(0.2, rel=1e-3)
    assert margin_of(below(0.7), 0.0, best=0.1, maximize=True) == pytest.approx(0.7, rel=1e-3)


def test_where_nothing_would_have_been_good_enough() -> None:
    assert margin_of(lambda _: True, 0.5, best=0.9, maximize=True) is None


def test_few_looks_are_enough() -> None:
    looks: list[float] = []

    def pruned(value: float) -> bool:
        looks.append(value)
        return value < 0.7

    margin_of(pruned, 0.5, best=0.9, maximize=True)
    assert len(looks) < 15
