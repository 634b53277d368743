"""What a sweep's trial, trained once more, predicts for the task's test rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from sweeps.exporting.export import export
from sweeps.exporting.exported import ExportedModel
from sweeps.parts import problem_of
from sweeps.reports.binning import spread
from sweeps.reports.residuals import Residuals
from sweeps.store import Store
from sweeps.sweep import Sweep

MOST_ROWS = 500
"""More dots than these hide each other."""
DIGITS = 6


def residuals(
    sweep: Sweep, sweep_id: str, trial: int, store: Store, say: Callable[[str], None]
) -> Residuals:
    """Of a regression, for at most `MOST_ROWS` test rows spread evenly. Raises as `export` does.

    Raises ValueError for a task that has no numbers to predict.
    """
    task = problem_of(sweep).task
    if task.kind != "regression":
        raise ValueError(f"{task.name} has classes: its report shows which are confused")
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "trained"
        export(sweep_id, folder, store, say, trial)
        rows = task.rows(0)
        said = ExportedModel.load(folder).predict(rows.x_test)
    pairs = zip(_numbers(rows.y_test), _numbers(said), strict=True)
    return Residuals(trial, tuple(spread(list(pairs), MOST_ROWS)))


def _numbers(values: Any) -> list[float]:
    """One after the other, as short as a picture of them allows."""
    return [float(f"{value:.{DIGITS}g}") for value in np.asarray(values, float).reshape(-1)]
