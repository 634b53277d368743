"""Which of several configurations that cannot be told apart to take: the smallest."""

from __future__ import annotations

from collections.abc import Sequence

from sweeps.sweep import Goal
from sweeps.trial import Metrics
from sweeps.trust.rows import By, Confirmed


def recommended(rows: Sequence[Confirmed], goal: Goal) -> tuple[Confirmed, By]:
    """The smallest of the tie set, and by what it is that.

    By parameters where all of them are known and differ, else by epochs, else by the confirmed
    mean; of equals the best mean, then the earliest trial.
    """
    tied = [row for row in rows if row.in_tie_set]
    by = _by(tied)
    sign = -1.0 if goal == "maximize" else 1.0
    return min(tied, key=lambda row: (_size(row, by), sign * row.score, row.trial)), by


def _by(tied: Sequence[Confirmed]) -> By:
    kinds: tuple[By, By] = ("parameters", "epochs")
    for kind in kinds:
        sizes = {getattr(row, kind) for row in tied}
        if None not in sizes and len(sizes) > 1:
            return kind
    return "score"


def _size(row: Confirmed, by: By) -> float:
    size: float = 0.0 if by == "score" else getattr(row, by)
    return size


def parameters_of(metrics: Metrics) -> int | None:
    """How many parameters were trained, where somebody counted them."""
    counted = metrics.get("parameters")
    return None if counted is None else round(counted)
