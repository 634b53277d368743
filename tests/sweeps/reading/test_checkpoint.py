from __future__ import annotations

from typing import Any

import pytest

from sweeps.errors import SweepError
from sweeps.reading.checkpoint import read_checkpoint
from sweeps.reading.section import Section
from sweeps.sweep import CheckpointChoice, SubjectKind

FIVE = CheckpointChoice(every_minutes=5.0)


def read(subject: SubjectKind = "network", **given: Any) -> CheckpointChoice:
    return read_checkpoint(Section.of(given, ()), subject)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"every_epochs": 10}, CheckpointChoice(every_epochs=10)),
        ({"every_minutes": 0.5}, CheckpointChoice(every_minutes=0.5)),
        ({"every_epochs": 1, "every_minutes": 3}, CheckpointChoice(1, 3.0)),
        ("none", CheckpointChoice()),
        ({}, FIVE),
    ],
)
def test_what_may_be_given(given: Any, expected: CheckpointChoice) -> None:
    assert read(checkpoint=given) == expected


def test_every_five_minutes_where_nothing_is_said() -> None:
    assert read() == read("function") == FIVE


@pytest.mark.parametrize(
    ("given", "path", "message"),
    [
        (False, ("checkpoint",), "false does not say how often: write `checkpoint: {every_min"),
        (5, ("checkpoint",), "5 does not say how often"),
        (None, ("checkpoint",), "null does not say how often"),
        ({"every_epochs": 0}, ("checkpoint", "every_epochs"), "0 is not a whole number from 1 up"),
        ({"every_epochs": 2.5}, ("checkpoint", "every_epochs"), "2.5 is not a whole number"),
        ({"every_minutes": 0}, ("checkpoint", "every_minutes"), "0 is not a number above 0"),
        ({"every_minutes": "5"}, ("checkpoint", "every_minutes"), "'5' is not a number"),
        (
            {"every_epoch": 5},
            ("checkpoint", "every_epoch"),
            "unknown key 'every_epoch'; did you mean 'every_epochs'?",
        ),
    ],
)
def test_what_is_none(given: Any, path: tuple[str, ...], message: str) -> None:
    with pytest.raises(SweepError) as caught:
        read(checkpoint=given)
    assert caught.value.path == path
    assert message in caught.value.message


@pytest.mark.parametrize("subject", ["estimator", "function"])
def test_what_is_run_in_one_go_has_none(subject: SubjectKind) -> None:
    with pytest.raises(SweepError, match=f"has no effect on an? {subject}, .*: leave it out"):
        read(subject, checkpoint={"every_epochs": 5})
