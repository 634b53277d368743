"""Trainers by the names they have in a sweep file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.trainers.auto import Auto
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.keras_fit import KerasFit
from sweeps.trainers.trainer import Trainer

TRAINERS: Mapping[str, Callable[[], Trainer]] = {
    "auto": Auto,
    "fused": FusedFit,
    "keras": KerasFit,
}


def trainer_for(name: str) -> Trainer:
    """The trainer of that name; `auto` fuses what can be fused and leaves the rest to Keras.

    Raises ValueError for a name that is not known.
    """
    if name in TRAINERS:
        return TRAINERS[name]()
    raise ValueError(f"trainer: {shown(name)} is not known; {suggestion(name, TRAINERS)}")
