"""A result as MLflow's metrics: final values, epochs, parts, what it cost, where it was pruned."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import stdev

from sweeps.trial import Cost, Pruned, Result
from tracking.records import Metric


def metrics_of(result: Result, objective: str, at_ms: int) -> Iterator[Metric]:
    """Everything measured: once for the trial, for every epoch, and for every part.

    What nobody took the time of has that of the end, `at_ms`.
    """
    for name, value in result.metrics.items():
        yield Metric(name, value, 0, at_ms)
    yield Metric("seconds", result.seconds, 0, at_ms)
    figures = _cost_figures(result.cost, result.seconds) | _pruned_figures(result.pruned)
    for name, value in figures.items():
        yield Metric(name, value, 0, at_ms)
    # Epochs before the first that was told were trained too fast, or by an earlier attempt.
    earliest = min(result.epoch_ms.values(), default=at_ms)
    for name, values in result.history.items():
        for epoch, value in enumerate(values, start=1):
            yield Metric(f"epoch/{name}", value, epoch, result.epoch_ms.get(epoch, earliest))
    if len(result.parts) < 2:
        return
    for position, part in enumerate(result.parts):
        for name, value in part.metrics.items():
            yield Metric(f"part/{name}", value, position, at_ms)
    scores = [part.metrics[objective] for part in result.parts if objective in part.metrics]
    if len(scores) > 1:
        yield Metric(f"{objective}_std", stdev(scores), 0, at_ms)


def _cost_figures(cost: Cost | None, seconds: float) -> dict[str, float]:
    if cost is None:
        return {}
    figures = {"core_seconds": cost.core_seconds, "peak_memory_mb": cost.peak_mb}
    if cost.gpu_seconds:
        figures["gpu_seconds"] = cost.gpu_seconds
    if cost.examples and seconds > 0:
        figures["examples_per_second"] = cost.examples / seconds
    return figures


def _pruned_figures(pruned: Pruned | None) -> dict[str, float]:
    if pruned is None:
        return {}
    figures: dict[str, float] = {"pruned_step": pruned.step, "pruned_value": pruned.value}
    return figures if pruned.margin is None else figures | {"pruned_margin": pruned.margin}
