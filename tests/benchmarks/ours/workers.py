"""How many worker processes a sweep is given when nobody says."""

from __future__ import annotations

from sweeps.executors.executor import default_workers


def workers_for(trainer: str) -> int:
    """What `sweeps run` would take for this trainer."""
    return default_workers()
