"""What must be so of a sweep's state, given its trials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sweeps.doctor.violation import Fault
from sweeps.ledger.evidence import KeptTrial
from sweeps.ledger.records import ACTIVE, FINAL, QUEUED
from sweeps.sweep import Sweep

STATES = (QUEUED, *ACTIVE, *FINAL, "interrupted", "finished", "out_of_time", "failed")
WITHOUT_RUNNING = (*FINAL, "finished")


def ending_faults(stands: Any, kept: Sequence[KeptTrial], sweep: Sweep) -> Iterator[Fault]:
    """Everything that is wrong with the sweep's own row, `stands`."""
    if stands.state not in STATES:
        yield Fault("sweep_state", f"no sweep has a state {stands.state!r}")
        return
    told = (stands.name, stands.task, stands.backend)
    if told != (sweep.name, sweep.task.label, sweep.search.backend):
        said = "the ledger's columns for name, task and search are not what its description says"
        yield Fault("sweep_state", said)
    yield from _trials(stands.state, kept)
    yield from _times(stands, kept)
    if stands.spent_seconds < 0:
        yield Fault("sweep_state", f"it took {stands.spent_seconds} s")


def _trials(state: str, kept: Sequence[KeptTrial]) -> Iterator[Fault]:
    for one in kept:
        if one.state == "running" and state in WITHOUT_RUNNING:
            yield Fault("ends", f"without an end, though the sweep is {state}", one.number)
        if one.state == "cancelled" and state not in FINAL:
            yield Fault("ends", f"cancelled, though the sweep is {state}", one.number)


def _times(stands: Any, kept: Sequence[KeptTrial]) -> Iterator[Fault]:
    if stands.state in ACTIVE:
        return
    if stands.ended_ms is None:
        if stands.state not in (QUEUED, "interrupted"):
            yield Fault("times", f"the sweep is {stands.state}, but without an end")
        return
    latest = max((one.ended_ms for one in kept if one.ended_ms is not None), default=0)
    if stands.ended_ms < max(latest, stands.created_ms):
        yield Fault("times", "the sweep ended before its last trial, or before it began")
