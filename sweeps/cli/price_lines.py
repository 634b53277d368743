"""A price as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweeps.cli.costs import hours
from sweeps.wording import count, duration, size

if TYPE_CHECKING:
    from sweeps.price.figures import Price


def told(price: Price) -> list[str]:
    """What the sweep will take, a line a figure, and what that does not know."""
    spent = hours(price.core_seconds, price.gpu_seconds) or "nothing measured"
    disk, rows = price.disk, price.rows
    parts = [
        f"ledger {size(round(disk.ledger))}",
        f"MLflow {size(round(disk.mlflow))}",
        f"pictures {size(round(disk.artifacts))}",
    ]
    if disk.checkpoints:
        parts.append(f"checkpoints {size(round(disk.checkpoints))} until the end")
    return [
        _title(price),
        f"  time    {duration(price.seconds)}, {duration(price.training)} of it training",
        f"  cost    {spent}, {count(price.epochs, 'epoch')} of {count(price.fits, 'fit')}",
        f"  memory  {size(round(price.memory))}",
        f"  disk    {size(round(disk.total))}: {', '.join(parts)}",
        f"  MLflow  {count(rows['runs'], 'run')}, {rows['metrics']:,} metric rows, "
        f"{rows['params']:,} params, {rows['tags']:,} tags",
        *(f"  {note}" for note in price.notes),
    ]


def _title(price: Price) -> str:
    bound = "at most, " if price.at_most else "about, " if price.about else ""
    return (
        f"price of {count(price.trials, 'trial')} on this machine ({price.device}), {bound}"
        f"found out in {duration(price.calibration)}:"
    )
