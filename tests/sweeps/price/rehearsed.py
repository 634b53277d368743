"""Parts of sweeps on a tiny task, to try prices on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sweeps import parts
from sweeps.parts import Parts
from sweeps.reading.sweep import read_sweep
from tests.sweeps.tiny_task import TinyTask

GRID = {
    "task": "penguins",
    "search": "grid",
    "space": {"layer_count": [1, 2], "width": [8, 16, 100], "epochs": 4, "batch_size": 8},
}


def parts_of(
    monkeypatch: pytest.MonkeyPatch, trainer: Any = None, **changes: Mapping[str, Any] | str
) -> Parts:
    """Those of the grid with other sections; `trainer` instead of the file's."""
    monkeypatch.setattr(parts, "task_for", lambda *_: TinyTask())
    if trainer is not None:
        monkeypatch.setattr(parts, "trainer_for", lambda *_: trainer)
    return Parts.of(read_sweep({**GRID, **changes}))
