"""How many worker processes a sweep is given when nobody says."""

from __future__ import annotations

from sweeps import cores
from sweeps.trainers.choose import trainer_for


def workers_for(trainer: str) -> int:
    """What `sweeps run` would take for this trainer."""
    return trainer_for(trainer).processes(cores.usable())
