"""The settings that each search came out with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sweeps.reports.tables import Table
from sweeps.reproduce.experiments import EXPERIMENTS
from sweeps.reproduce.published import Published
from sweeps.trial import Config, Result

SEARCHED = ("random_search_as_meant", "grid_search_as_meant", "hyperband")
"""Experiments whose candidates differ."""


def best_table(published: Published, results: Mapping[str, Sequence[Result]]) -> Table:
    """One row per search: how many candidates, the best score, and what it was reached with."""
    rows: list[tuple[str, ...]] = []
    for experiment in EXPERIMENTS:
        if experiment.name not in SEARCHED or experiment.name not in results:
            continue
        for search in published.searches:
            if experiment.name in search.experiments:
                found = (str(len(search.means)), f"{search.best:.4f}", _shown(search.settings))
                rows.append((f"{search.label}, published", *found))
        rows += _row(experiment.title.lower(), results[experiment.name])
    columns = ("search", "candidates", "best score", "best settings")
    return Table("best_settings", "Searches: the best settings of each", columns, tuple(rows))


def _row(name: str, results: Sequence[Result]) -> list[tuple[str, ...]]:
    scored = [(result.score, result) for result in results if result.score is not None]
    if not scored:
        return []
    score, best = max(scored, key=lambda entry: (entry[0], -entry[1].trial.number))
    varied = {
        key: value
        for key, value in best.trial.config.items()
        if any(result.trial.config.get(key) != value for result in results)
    }
    return [(name, str(len(results)), f"{score:.4f}", _shown(varied))]


def _shown(settings: Config) -> str:
    numbers = {
        name: f"{value:.4g}" if isinstance(value, float) else str(value)
        for name, value in settings.items()
    }
    return ", ".join(f"{name} {value}" for name, value in numbers.items())
