"""Lanes that there is no memory for: which are tried again, smaller or as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sweeps.trainers.fused import compiled
from sweeps.trainers.fused.jax_import import load
from sweeps.trainers.fused.lane import LaneTraining
from sweeps.trainers.fused.packing import Lane
from tests.sweeps.trainers.fitting import DEEP, fit_of, same
from tests.sweeps.trainers.fused.one_pack import train


def test_what_could_not_be_compiled_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lack of memory fails the lane that met it, and no later one."""

    def no_memory(*_: object) -> None:
        raise MemoryError("none left")

    fit = fit_of({**DEEP, "width": 500})
    with monkeypatch.context() as patch:
        patch.setattr(compiled, "_compile", no_memory)
        (failed,) = train([fit])
    assert failed.error is not None
    assert failed.error.reason == "out_of_memory"
    assert failed.error.message == "MemoryError: none left"
    assert "no_memory" in failed.error.traceback
    (well,) = train([fit])
    assert well.error is None


Refuses = Callable[[Lane], bool]


def with_little_memory(patch: pytest.MonkeyPatch, refuses: Refuses, error: str) -> list[Lane]:
    """Let XLA have no memory for some lanes; gives those that were tried, in that order."""
    start, tried = LaneTraining.start, []

    def short(lane: Lane, *rest: Any) -> LaneTraining:
        tried.append(lane)
        if refuses(lane):
            raise load().errors.JaxRuntimeError(error)
        return start(lane, *rest)

    patch.setattr(LaneTraining, "start", short)
    return tried


EXHAUSTED = "RESOURCE_EXHAUSTED: Out of memory allocating 9 bytes."


@pytest.mark.slow
def test_a_lane_without_memory_is_halved_until_it_has_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Among fits that the memory is enough for, one that it is not enough for even alone."""
    fits = [fit_of({**DEEP, "width": 9 + seed}, seed=seed) for seed in range(5)]
    expected = train(fits)

    def refuses(lane: Lane) -> bool:
        return lane.size > 2 or any(course.first == fits[3] for course in lane.courses)

    tried = with_little_memory(monkeypatch, refuses, EXHAUSTED)
    outcomes = train(fits)
    assert [outcome.fit for outcome in outcomes] == fits
    assert sum(lane.size <= 2 for lane in tried) == 5, "2 and 2, 1 and 1 of the second, and 1"
    for outcome, whole in zip(outcomes, expected, strict=True):
        if outcome.fit == fits[3]:
            assert outcome.error is not None
            assert outcome.error.reason == "out_of_memory"
            assert outcome.error.message == f"JaxRuntimeError: {EXHAUSTED}"
            assert outcome.seconds > 0
        else:
            assert outcome.metrics == pytest.approx(whole.metrics, rel=1e-4)


def test_a_lane_is_tried_again_as_it_is_when_others_had_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its outcomes are then those of another day to the last bit."""
    fits = [fit_of({**DEEP, "width": width}) for width in (9, 99)]
    expected = train(fits)
    refused: list[Lane] = []

    def refuses(lane: Lane) -> bool:
        first_time = lane.courses[0].first == fits[1] and not refused
        refused.extend([lane] if first_time else [])
        return first_time

    with_little_memory(monkeypatch, refuses, EXHAUSTED)
    outcomes = train(fits)
    assert len(refused) == 1
    assert all(same(one, other) for one, other in zip(outcomes, expected, strict=True))


def test_a_breakdown_that_is_not_about_memory_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = with_little_memory(monkeypatch, lambda lane: True, "INTERNAL: no such kernel")
    (outcome,) = train([fit_of(DEEP)])
    assert outcome.error is not None
    assert outcome.error.reason == "crashed"
    assert outcome.error.message == "JaxRuntimeError: INTERNAL: no such kernel"
    assert "in short" in outcome.error.traceback
    assert len(tried) == 1
