"""Our own figures, under the names of the published ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sweeps.reports.measured import histories, per_repeat
from sweeps.reproduce.published import PublishedRun
from sweeps.trial import Result

HISTORY_OF = {
    "first_loss": ("loss", 0),
    "last_loss": ("loss", -1),
    "first_test_loss": ("test_loss", 0),
    "last_test_loss": ("test_loss", -1),
}
"""Figures that are the first or last value of a history, as Keras printed them."""


def ours(run: PublishedRun, results: Sequence[Result]) -> dict[str, list[float]]:
    """Each published figure as we measured it, one value per repeat that did not fail."""
    result = result_for(run.where, results)
    return {name: _figure(result, name) if result else [] for name in run.figures}


def result_for(where: Mapping[str, object], results: Sequence[Result]) -> Result | None:
    """The first result whose configuration has those values."""
    for result in results:
        if all(result.trial.config.get(name) == value for name, value in where.items()):
            return result
    return None


def _figure(result: Result, name: str) -> list[float]:
    if name in HISTORY_OF:
        history, position = HISTORY_OF[name]
        return [values[position] for values in histories(result, history) if values]
    return per_repeat(result, name)


def candidate_means(experiment_repeats: bool, results: Sequence[Result]) -> list[float]:
    """The mean accuracy over folds of each candidate of a search, in the order they ran.

    `experiment_repeats`: the candidates are the repeats of one trial, not trials.
    """
    if experiment_repeats:
        return [mean for result in results for mean in per_repeat(result, "val_accuracy")]
    return [result.score for result in results if result.score is not None]
