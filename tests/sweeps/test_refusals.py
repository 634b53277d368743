from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pytest

from sweeps.ledger.records import SweepRow
from sweeps.refusals import HEARD, to_retry
from sweeps.trial import Reason


@dataclass(frozen=True)
class Row:
    """What is said of a sweep."""

    name: str = "widths"
    sweep_id: str = "abc"
    pruned: int = 0


def row(pruned: int = 0) -> SweepRow:
    return cast(SweepRow, Row(pruned=pruned))


FAILED: dict[Reason, int] = {"diverged": 9, "timed_out": 3}


def test_what_failed_is_retried_and_what_was_pruned_only_when_asked_for() -> None:
    assert to_retry(row(pruned=4), FAILED, None) == FAILED
    assert to_retry(row(pruned=4), FAILED, ["pruned", "diverged"]) == {"diverged": 9, "pruned": 4}


@pytest.mark.parametrize(
    ("failed", "reasons", "says"),
    [
        ({}, None, "widths abc: no trial failed"),
        (
            FAILED,
            ["crashed", "error"],
            "widths abc: no trial failed for crashed or error; 9 diverged, 3 timed_out did",
        ),
    ],
)
def test_nothing_to_retry(
    failed: dict[Reason, int], reasons: list[Reason] | None, says: str
) -> None:
    with pytest.raises(LookupError) as caught:
        to_retry(row(), failed, reasons)
    assert str(caught.value) == says


def test_every_command_shows_when_it_was_heard() -> None:
    assert list(HEARD) == ["pause", "resume", "stop", "cancel"]
