from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.figure import Figure


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that are written as PNG, to look into."""
    seen: list[Figure] = []
    save = Figure.savefig

    def watched(figure: Figure, path: Path, **options: object) -> None:
        seen.append(figure)
        save(figure, path, **options)

    monkeypatch.setattr(Figure, "savefig", watched)
    return seen
