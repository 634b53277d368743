"""A sweep's trials as a table for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sweeps.trial import Result

if TYPE_CHECKING:
    import pandas as pd


def table(trials: Sequence[Result]) -> pd.DataFrame:
    """One row for each trial.

    Columns: `trial`, `state` (`done`, `failed` or `pruned`), `score`, `seconds`, then `params.NAME`
    (empty where a parameter is not active) and `metrics.NAME`, as MLflow's tables name them. Where
    there are confirmations, `confirms` is the trial that each of them confirms, empty for others.
    """
    import pandas as pd

    confirming = any(result.trial.confirms is not None for result in trials)
    rows = [
        {"trial": result.trial.number, "state": result.state}
        | ({"confirms": result.trial.confirms} if confirming else {})
        | {"score": result.score, "seconds": result.seconds}
        | {f"params.{name}": value for name, value in result.trial.config.items()}
        | {f"metrics.{name}": value for name, value in result.metrics.items()}
        for result in trials
    ]
    return pd.DataFrame(rows, columns=None if rows else ["trial", "state", "score", "seconds"])
