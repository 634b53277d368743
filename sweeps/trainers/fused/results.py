"""What the epochs of a lane gave, and the ends of its fits, before they are outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from sweeps.checkpoints import Checkpoint
from sweeps.sweep import Split
from sweeps.trainers.fused.structures import Verdict
from sweeps.trial import Failure

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Pending:
    """An epoch's results on the device: who took part, its rates, and the watched split's."""

    members: list[int]
    rates: list[float]
    sums: Any
    watched: Any


@dataclass(frozen=True)
class Ending:
    """A fit at its end: how its network was judged on each split, and what a checkpoint keeps.

    One with a `failure` was ended before its last epoch, and is not judged.
    """

    member: int
    fit: int
    epoch: int
    verdicts: dict[Split, Verdict]
    checkpoint: Checkpoint | None
    failure: Failure | None = None


def figures(sums: Array, rows: int, prefix: str, measure: str) -> dict[str, float]:
    """A member's loss, penalties included, and accuracy or mean absolute error.

    `sums` (3,) are the member's of a verdict.
    """
    loss, hits, penalty = sums.tolist()
    return {f"{prefix}loss": loss / rows + penalty, f"{prefix}{measure}": hits / rows}
