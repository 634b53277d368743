from __future__ import annotations

from dataclasses import replace

from sweeps.cli.at_work_lines import at_work_lines
from tests.sweeps.watcher_contract import MANY, SINGLE


def test_a_line_says_slot_trial_part_epoch_and_values() -> None:
    assert at_work_lines([SINGLE, MANY], 8) == [
        "worker 0: trial 7, fold 2/5, epoch 3/50, now 0.9123, best 0.9345",
        "[b]worker 1: trials 12-75 (64), epoch 12/50, best 0.91",
    ]
    bare = replace(SINGLE, part="", value=None, best=None)
    assert at_work_lines([bare], 8) == ["worker 0: trial 7, epoch 3/50"]
    begun, function = replace(bare, epoch=0), replace(bare, epoch=0, epochs=1)
    assert at_work_lines([begun, function], 8) == [
        "worker 0: trial 7, epoch 0/50",
        "worker 0: trial 7",
    ]


def test_of_many_slots_the_rest_are_counted() -> None:
    lines = at_work_lines([SINGLE] * 32, 8)
    assert len(lines) == 9
    assert lines[-1] == "and 24 more"
