"""What a checkpoint holds of a network: its tensors by slot and place, and the best epoch's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from sweeps.checkpoints import Checkpoint
from sweeps.trainers.fused.bucket import Bucket
from sweeps.trainers.fused.seat import Seat
from sweeps.trainers.fused.stacking import Shapes, Tensors, taken_apart
from sweeps.trainers.fused.structures import Network, State


@dataclass(frozen=True)
class Kept:
    """A lane's state and its members' best weights, brought from the device."""

    state: State
    best: Network | None

    @classmethod
    def of(cls, state: State, best: Network | None) -> Kept:
        """The same, fetched now."""
        return cls(*jax.device_get((state, best)))

    def checkpoint(
        self, member: int, seat: Seat, bucket: Bucket, shapes: Sequence[Shapes]
    ) -> Checkpoint:
        """All that the member's course needs to go on from here; `shapes` are of its tensors."""
        network = taken_apart(self.state.network, bucket, member, shapes)
        best: list[Tensors] = []
        if seat.restores and self.best is not None:
            best = taken_apart(self.best, bucket, member, shapes[:1])
        return _checkpoint_of(network, best, seat.state(int(self.state.steps[member])))


def _checkpoint_of(
    network: list[Tensors], best: list[Tensors], state: Mapping[str, Any]
) -> Checkpoint:
    """A checkpoint of weights and slots, of the best epoch's weights if any, and of a state."""
    arrays = {
        f"{name}_{slot}_{at}": array
        for name, tensors in (("state", network), ("best", best))
        for slot, one in enumerate(tensors)
        for at, array in enumerate(one)
    }
    return Checkpoint(arrays, state)


def tensors_of(checkpoint: Checkpoint, like: list[Tensors]) -> tuple[list[Tensors], list[Tensors]]:
    """The tensors of a checkpoint, as many as `like` has, and the best epoch's if it has them."""
    best = like[:1] if "best_0_0" in checkpoint.arrays else []
    return _read(checkpoint, "state", like), _read(checkpoint, "best", best)


def _read(checkpoint: Checkpoint, name: str, like: list[Tensors]) -> list[Tensors]:
    return [
        [np.asarray(checkpoint.arrays[f"{name}_{slot}_{at}"]) for at in range(len(one))]
        for slot, one in enumerate(like)
    ]
