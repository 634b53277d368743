"""What the epochs of a lane gave, and the ends of its fits, before they are outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import jax
import numpy.typing as npt

from sweeps.checkpoints import Checkpoint
from sweeps.sweep import Split
from sweeps.trainers.fused.lane_arrays import parts
from sweeps.trainers.fused.seat import Seat
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

    def fetched(self) -> Pending:
        """The same, brought from the device."""
        sums, watched = jax.device_get((self.sums, self.watched))
        return replace(self, sums=sums, watched=watched)

    def values(
        self, member: int, seat: Seat, measure: str, split: Split | None
    ) -> dict[str, float]:
        """A member's values by their names in the history, once they are fetched.

        `split` is the watched one, if any.
        """
        loss, hits = self.sums[member].tolist()
        found = {"loss": loss / seat.rows, measure: hits / seat.rows}
        if split is not None:
            rows = len(parts(seat.data)[split].y)
            found |= figures(self.watched[member], rows, f"{split}_", measure)
        return found | {"learning_rate": self.rates[member]}


@dataclass(frozen=True)
class End:
    """What is kept of a fit's end, and where."""

    path: str
    checkpoint: Checkpoint


@dataclass(frozen=True)
class Ending:
    """A fit at its end: how its network was judged on each split, and what is kept of it.

    `measured` is what the sweep evaluates besides. One with a `failure` was ended before its last
    epoch, or a function of the user's could not measure it; it has no figures.
    """

    member: int
    fit: int
    epoch: int
    verdicts: dict[Split, Verdict]
    kept: End | None
    measured: Mapping[str, float] = field(default_factory=dict)
    failure: Failure | None = None


def figures(sums: Array, rows: int, prefix: str, measure: str) -> dict[str, float]:
    """A member's loss, penalties included, and accuracy or mean absolute error.

    `sums` (3,) are the member's of a verdict.
    """
    loss, hits, penalty = sums.tolist()
    return {f"{prefix}loss": loss / rows + penalty, f"{prefix}{measure}": hits / rows}
