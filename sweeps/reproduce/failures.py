"""Trials that have no score: which experiments had some, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sweeps.reports.tables import Table
from sweeps.trial import Failure, Result


def failures_table(results: Mapping[str, Sequence[Result]]) -> Table:
    """One row per experiment with failed trials: how many, and the first one's reason."""
    rows: list[tuple[str, ...]] = []
    for name, trials in results.items():
        failed = [(trial, trial.error) for trial in trials if trial.error is not None]
        if failed:
            rows.append((name, f"{len(failed):,} of {len(trials):,}", _reason(*failed[0])))
    columns = ("experiment", "failed trials", "the first one")
    return Table("failures", "Trials that failed and have no score", columns, tuple(rows))


def without_score(results: Mapping[str, Sequence[Result]]) -> tuple[str, ...]:
    """The experiments of which no trial has a score."""
    return tuple(
        name
        for name, trials in results.items()
        if not any(trial.score is not None for trial in trials)
    )


def _reason(result: Result, failure: Failure) -> str:
    """The first line of the reason; of several fits, how many failed."""
    message = failure.message.strip().partition("\n")[0]
    broken = sum(part.error is not None for part in result.parts)
    fits = f" (in {broken} of its {len(result.parts)} fits)" if len(result.parts) > 1 else ""
    return f"trial {result.trial.number}: {failure.reason}: {message}{fits if broken else ''}"
