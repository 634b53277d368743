"""The check that a search which was replayed is the search that was stored."""

from __future__ import annotations

from collections.abc import Sequence

from sweeps.backends.backend import Told
from sweeps.trial import Trial


def same_trials(
    replayed: Sequence[Trial], results: Sequence[Told], running: Sequence[Trial]
) -> None:
    """Raise ValueError, naming the first difference, unless the replay gave the stored trials."""
    stored = {trial.number: trial for trial in [*(told.trial for told in results), *running]}
    for trial in replayed:
        if stored.get(trial.number) != trial:
            raise ValueError(
                f"asked again, trial {trial.number} is {trial}, but {stored.get(trial.number)} is "
                "stored: the sweep or a library has changed since, so it cannot go on"
            )
    if len(replayed) != len(stored):
        raise ValueError(f"{len(stored)} trials are stored, but the search gives {len(replayed)}")
