"""Which checkpoints of a sweep stay on disk: those that a later trial may continue from."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path


class CheckpointKeeper:
    """Looks after the checkpoint files `TRIAL-REPEAT-FOLD.npz` of one sweep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep_only(self, numbers: Collection[int]) -> None:
        """Delete the checkpoints of all other trials."""
        for path in self.folder.glob("*-*-*.npz"):
            if int(path.name.split("-")[0]) not in numbers:
                path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Delete everything: nothing will be continued any more."""
        if self.folder.exists():
            shutil.rmtree(self.folder)
