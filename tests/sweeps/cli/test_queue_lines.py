from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sweeps.cli.queue_lines import ordinal, queue_facts, queue_line
from sweeps.clock import wall_ms
from sweeps.queue_place import QueuePlace

PLACE = QueuePlace("ann", 0, "waiting", 3, 0, 1, 0, 0, 0)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "3rd to begin, 1 slot"),
        ({"position": 1, "workers": 4, "gpus": 1}, "next, 4 slots and 1 GPU"),
        ({"position": None}, "waiting, 1 slot"),
        ({"priority": -5}, "3rd to begin, priority -5, 1 slot"),
        ({"tries": 2}, "3rd to begin, 2 sessions died at once, 1 slot"),
        ({"state": "held", "position": None}, "held until it is resumed, 1 slot"),
        ({"state": "running", "position": None}, "begun, 1 slot"),
    ],
)
def test_a_place(changed: dict[str, Any], said: str) -> None:
    assert queue_line(replace(PLACE, **changed)) == said


def test_when_it_may_begin_at_the_earliest() -> None:
    later = replace(PLACE, not_before_ms=wall_ms() + 60_000)
    assert queue_line(later).startswith("3rd to begin, not before 20")
    assert "not before" not in queue_line(replace(later, state="held"))


def test_what_is_over_is_in_no_queue() -> None:
    assert queue_facts(None) == {}
    assert queue_facts(replace(PLACE, state="over")) == {"owner": "ann"}
    assert queue_facts(PLACE) == {"owner": "ann", "queue": "3rd to begin, 1 slot"}


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1st"), (2, "2nd"), (4, "4th"), (12, "12th"), (112, "112th"), (1_023, "1,023rd")],
)
def test_ordinals(number: int, said: str) -> None:
    assert ordinal(number) == said
