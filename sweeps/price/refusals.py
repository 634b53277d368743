"""What of a price is above a sweep's budget."""

from __future__ import annotations

from collections.abc import Iterator

from sweeps.price.figures import Price
from sweeps.sweep import Budget

HOUR = 3600.0
GIGABYTE = 1e9

FEWER = "fewer trials, folds, repeats or epochs"
WAYS_OUT = {
    "minutes": FEWER,
    "core_hours": FEWER,
    "gpu_hours": FEWER,
    "memory_gb": "fewer workers, smaller batches or networks",
    "disk_gb": "fewer trials or epochs, which MLflow keeps the history of",
    "epochs": FEWER,
}


def above(price: Price, budget: Budget) -> list[str]:
    """A line for each limit that the price is above; none where it is within."""
    lines = []
    for name, needed, limit, unit in _figures(price, budget):
        if limit is not None and needed > limit:
            fits = _fitting(price) if name in ("minutes", "epochs") else ""
            most = "up to " if price.at_most else ""
            figure = f"{most}{_figure(needed)} {unit}"
            are = "is" if name in ("memory_gb", "disk_gb") else "are"
            lines.append(
                f"{figure} {are} above budget.{name} {limit:,g}{fits}: {WAYS_OUT[name]}, "
                "or a larger budget"
            )
    return lines


def _figures(price: Price, budget: Budget) -> Iterator[tuple[str, float, float | None, str]]:
    """(limit's name, what is needed, the limit, its unit)."""
    yield "minutes", price.seconds / 60, budget.minutes, "minutes"
    yield "core_hours", price.core_seconds / HOUR, budget.core_hours, "core-hours"
    yield "gpu_hours", price.gpu_seconds / HOUR, budget.gpu_hours, "GPU-hours"
    yield "memory_gb", price.memory / GIGABYTE, budget.memory_gb, "GB of memory"
    yield "disk_gb", price.disk.total / GIGABYTE, budget.disk_gb, "GB of disk"
    yield "epochs", float(price.epochs), budget.epochs, "epochs"


def _fitting(price: Price) -> str:
    if price.fitting is None:
        return ""
    return f", into which about {price.fitting:,} of {price.trials:,} trials fit"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
