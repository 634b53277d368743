"""Trainers by the names they have in a sweep file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from search_spaces.spelling import nearest
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
    close = nearest(name, tuple(TRAINERS))
    hint = f"did you mean {close!r}?" if close else f"known trainers: {', '.join(TRAINERS)}"
    raise ValueError(f"trainer: {name!r} is not known; {hint}")
