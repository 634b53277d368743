"""Trainers by the names they have in a sweep file."""

from __future__ import annotations

from search_spaces.spelling import nearest
from sweeps.trainers.keras_fit import KerasFit
from sweeps.trainers.trainer import Trainer

NAMES = ("auto", "keras")


def trainer_for(name: str) -> Trainer:
    """The trainer of that name; `auto` is the fastest that can train everything a space says.

    Raises ValueError for a name that is not known.
    """
    if name in NAMES:
        return KerasFit()
    close = nearest(name, NAMES)
    hint = f"did you mean {close!r}?" if close else f"known trainers: {', '.join(NAMES)}"
    raise ValueError(f"trainer: {name!r} is not known; {hint}")
