"""How far a trial's predictions are off, row by row: kept beside a sweep's pictures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

FILE = "residuals.json"


@dataclass(frozen=True)
class Residuals:
    """(true, predicted) numbers of test rows, by a trial that was trained on all training rows."""

    trial: int
    pairs: tuple[tuple[float, float], ...]

    def write(self, folder: Path) -> None:
        """Into the folder of the sweep's report, which exists."""
        (folder / FILE).write_text(json.dumps({"trial": self.trial, "pairs": self.pairs}))

    @classmethod
    def read(cls, folder: Path) -> Residuals | None:
        """Those in the folder; None where there are none."""
        file = folder / FILE
        if not file.exists():
            return None
        document = json.loads(file.read_text())
        return cls(document["trial"], tuple((true, said) for true, said in document["pairs"]))
