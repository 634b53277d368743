"""When a trial comes out as it did."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sweeps.rerunning.agreement import Agreement, agreement_of
from sweeps.trial import Failure, Fit, Outcome, Part, Trial

PARTS = [
    Part(fold, 0, {"val_loss": 0.5, "epochs": 2.0}, {"loss": (0.9, 0.7)}, 1.0) for fold in (0, 1)
]


def found(**changed: Any) -> list[Outcome]:
    """Both parts again, the second one changed."""
    again = [
        Outcome(Fit(Trial(0, {}), part.fold, 0, 1, 2), part.metrics, part.history, 9.0)
        for part in PARTS
    ]
    return [again[0], replace(again[1], **changed)]


def agreement(**changed: Any) -> Agreement:
    return agreement_of(PARTS, found(**changed)[::-1])


def test_equal_figures_are_bit_equal_in_whatever_time() -> None:
    assert agreement() == Agreement("bit-equal", 8, 0, None)


def test_the_last_bit_counts() -> None:
    held = agreement(history={"loss": (0.9, 0.7000000000000001)})
    assert (held.verdict, held.differ) == ("within tolerance", 1)
    worst = held.worst
    assert worst is not None
    assert (worst.name, worst.fold, worst.epoch) == ("loss", 1, 2)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"metrics": {"val_loss": 0.5004, "epochs": 2.0}}, "within tolerance"),
        ({"metrics": {"val_loss": 0.502, "epochs": 2.0}}, "different"),
        ({"metrics": {"val_loss": 0.5}}, "different"),
        ({"metrics": {"val_loss": 0.5, "epochs": 2.0, "f1": 1.0}}, "different"),
        ({"history": {"loss": (0.9,)}}, "different"),
        ({"history": {"loss": (0.9, 0.7, 0.6)}}, "different"),
        ({"metrics": {"val_loss": float("nan"), "epochs": 2.0}}, "different"),
        ({"confusion": {"val": ((1,),)}}, "within tolerance"),
    ],
)
def test_what_is_no_rounding_is_different(changed: dict[str, Any], verdict: str) -> None:
    assert agreement(**changed).verdict == verdict


def test_a_part_that_fails_now_is_different_and_said() -> None:
    held = agreement(error=Failure("diverged", "loss is nan"))
    assert held.verdict == "different"
    assert held.failures == ("fold 1, repeat 0: trained then, diverged: loss is nan now",)


def test_a_part_that_failed_the_same_way_agrees() -> None:
    error = Failure("diverged", "loss is nan")
    parts = [PARTS[0], replace(PARTS[1], error=error)]
    assert agreement_of(parts, found(error=error)).verdict == "bit-equal"
