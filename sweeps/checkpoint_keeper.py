"""Which checkpoints of a sweep stay on disk: those that training may yet go on from."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

from sweeps.checkpoints import HALF

UNDER_WAY = "under-way"
"""Ends the name of a checkpoint of a fit that has not come to its end."""


def under_way(folder: Path, number: int, fold: int, repeat: int) -> Path:
    """Where a trial's fit is kept on the way."""
    return folder / f"{number}-{repeat}-{fold}-{UNDER_WAY}.npz"


class CheckpointKeeper:
    """Looks after the checkpoints of one sweep, whose names begin `TRIAL-REPEAT-FOLD`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep_only(self, numbers: Collection[int], under_way: Collection[int]) -> None:
        """Delete the checkpoints of all other trials.

        Those of fits on their way are deleted but for the trials `under_way`.
        """
        for path in self.folder.glob("*-*-*.npz"):
            kept = under_way if path.stem.endswith(UNDER_WAY) else numbers
            if int(path.name.split("-")[0]) not in kept:
                path.unlink(missing_ok=True)

    def remove_halves(self) -> None:
        """Delete what was being written when an earlier session was killed.

        For the beginning of a session: nobody else may write to its sweep by then, and nobody of
        its own does yet.
        """
        for path in self.folder.glob(f".*{HALF}"):
            path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Delete everything: nothing will be continued any more."""
        if self.folder.exists():
            shutil.rmtree(self.folder)
