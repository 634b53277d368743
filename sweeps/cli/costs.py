"""What training took besides wall time, as a person reads it."""

from __future__ import annotations

from sweeps.trial import Cost

HOUR = 3600.0
GIGABYTE_OF_MB = 1024.0


def hours(core_seconds: float, gpu_seconds: float) -> str | None:
    """`1.25 core-hours, 0.5 GPU-hours`; None where nothing was measured."""
    told = [
        _hours(seconds / HOUR, unit)
        for seconds, unit in ((core_seconds, "core-hour"), (gpu_seconds, "GPU-hour"))
        if seconds
    ]
    return ", ".join(told) or None


def facts(cost: Cost, seconds: float) -> dict[str, str]:
    """What a trial took, a line each; `seconds` is how long it was trained."""
    told = {"device": cost.device, "memory": f"{_memory(cost.peak_mb)} at most"}
    spent = hours(cost.core_seconds, cost.gpu_seconds)
    if spent is not None:
        told["cost"] = spent
    if cost.examples and seconds:
        told["pace"] = f"{cost.examples / seconds:,.0f} examples/s"
    return told


def _hours(value: float, unit: str) -> str:
    told = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{told} {unit}{'' if told == '1' else 's'}"


def _memory(megabytes: float) -> str:
    """Of 2**20 and 2**30 bytes."""
    if megabytes < GIGABYTE_OF_MB:
        return f"{megabytes:.0f} MB"
    return f"{megabytes / GIGABYTE_OF_MB:.1f} GB"
