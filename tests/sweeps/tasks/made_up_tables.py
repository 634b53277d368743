"""Tables of a few rows, written where a test wants them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sweeps.tasks.table import Table
from sweeps.tasks.table_options import table_for

ROWS = 40


def birds() -> pd.DataFrame:
    """Numbers with gaps, words with gaps, truth values, dates, a group and an id."""
    rng = np.random.default_rng(3)
    rows = np.arange(ROWS)
    return pd.DataFrame(
        {
            "id": [f"bird {row}" for row in rows],
            "mass": np.where(rows % 10 == 3, np.nan, 10 + rng.normal(size=ROWS).round(3)),
            "island": np.array(["Biscoe", "Dream", None], dtype=object)[rows % 3],
            "ringed": rows % 4 == 0,
            "seen": [f"2020-01-{row % 28 + 1:02d}" for row in rows],
            "nest": [f"nest {row % 13}" for row in rows],
            "species": np.array(["Adelie", "Gentoo", "Chinstrap"])[rows * 7 % 3],
        }
    )


def in_csv(folder: Path, frame: pd.DataFrame | None = None, **options: Any) -> Table:
    """The table as `birds.csv` in the folder, and the task that it is."""
    (birds() if frame is None else frame).to_csv(folder / "birds.csv", index=False)
    return table_for({"csv": "birds.csv", "target": "species", **options}, str(folder))


def written(folder: Path, text: str | bytes, **options: Any) -> Table:
    """A table whose file is this text, with target `y`."""
    data = text if isinstance(text, bytes) else text.encode()
    (folder / "t.csv").write_bytes(data)
    return table_for({"csv": "t.csv", "target": "y", **options}, str(folder))


def numbered(pattern: str, rows: int = 20, header: str = "a,b,y") -> str:
    """CSV text with rows made of a pattern: `{i}` counts, `{uv}` is one of two labels."""
    lines = (pattern.format(i=i, uv="uv"[i % 2], pq="pq"[i % 2]) for i in range(rows))
    return "\n".join([header, *lines, ""])
