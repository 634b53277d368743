"""What a trial's run in MLflow must say, as far as it can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sweeps import remembering
from sweeps.ledger.evidence import KeptTrial
from sweeps.sweep import Sweep
from tracking.limits import PARAM_LENGTH, TAG_LENGTH, fitting_name, fitting_value
from tracking.records import Metric

PROSE = ("sweeps.failure_message", "sweeps.traceback")
"""Tags that people read and programs do not: a store may change their blanks or cut them."""


@dataclass(frozen=True)
class Expected:
    """A child run's content. `metrics` are the last values by name, all others included in them."""

    status: str
    started_ms: int
    ended_ms: int
    params: Mapping[str, str]
    tags: Mapping[str, str]
    metrics: Mapping[str, float]


def expected_run(sweep: Sweep, sweep_id: str, kept: KeptTrial) -> Expected | None:
    """What MLflow must have of a trial; None of one without a result."""
    if kept.result is None or kept.ended_ms is None:
        return None
    record = remembering.trial_record(
        sweep, sweep_id, kept.result, kept.attempt, kept.started_ms, kept.ended_ms
    )
    return Expected(
        status=record.status,
        started_ms=record.started_ms,
        ended_ms=record.ended_ms,
        params=_fitted(record.params, PARAM_LENGTH),
        tags=_fitted(
            {name: text for name, text in record.tags.items() if name not in PROSE}, TAG_LENGTH
        ),
        metrics=last_values(record.metrics),
    )


def last_values(metrics: tuple[Metric, ...]) -> dict[str, float]:
    """By name as the store has it, the value of the highest step."""
    last: dict[str, Metric] = {}
    for metric in metrics:
        if metric.name not in last or metric.step >= last[metric.name].step:
            last[metric.name] = metric
    return {fitting_name(name): metric.value for name, metric in last.items()}


def _fitted(texts: Mapping[str, str], length: int) -> dict[str, str]:
    return {fitting_name(name): fitting_value(text, length, name) for name, text in texts.items()}
