"""What a checkpoint holds of a network: its tensors by slot and place, and the best epoch's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sweeps.checkpoints import Checkpoint
from sweeps.trainers.fused.stacking import Tensors
from sweeps.trainers.fused.structures import Network, State


@dataclass(frozen=True)
class Kept:
    """A lane's state and its members' best weights, brought from the device."""

    state: State
    best: Network | None


def checkpoint_of(
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
