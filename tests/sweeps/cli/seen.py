"""Looks at made-up sweeps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sweeps.cli.watched import Seen
from sweeps.ledger.records import SweepRow
from sweeps.trial import Result, Trial

ROW = SweepRow(
    sweep_id="abc234",
    name="small",
    task="penguins",
    backend="random",
    state="running",
    created_ms=1_000,
    ended_ms=None,
    spent_seconds=60.0,
    done=20,
    failed=2,
    pruned=0,
    running=3,
    cancelled=0,
    unsent=0,
    end_sent=False,
    core_seconds=0.0,
    gpu_seconds=0.0,
    holder="process 12 on here",
    cause=None,
)
BEST = Result(Trial(7, {"width": 16}), 0.9, {"val_accuracy": 0.9}, {}, 1.0)


def seen(row: Any = None, **others: Any) -> Seen:
    """A look at a sweep of 60 trials of which 22 have ended."""
    usual = Seen(
        row=replace(ROW, **(row or {})),
        total=60,
        best=BEST,
        curve=[0.5, 0.7, 0.9],
        per_second=0.5,
        seconds_left=76.0,
        at_work=[],
        failures=["trial 3 failed, diverged: loss became nan"],
        oldest_ms=100_000,
        now_ms=105_000,
    )
    return replace(usual, **others)
