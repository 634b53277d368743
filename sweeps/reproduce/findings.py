"""What the study's sweeps found, held against what was published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sweeps.reports.tables import Table
from sweeps.reproduce.baseline import Baseline
from sweeps.reproduce.best_found import best_table
from sweeps.reproduce.claims import Verdict
from sweeps.reproduce.comparison import Compared, compare, runs_table, searches_table
from sweeps.reproduce.experiments import BASELINE, EXPERIMENTS, Experiment
from sweeps.reproduce.failures import failures_table, without_score
from sweeps.reproduce.measures import candidate_means, ours
from sweeps.reproduce.published import Published, PublishedSearch
from sweeps.reproduce.verdicts import conclusions_table, judge, statements_table
from sweeps.trial import Result

Searches = Sequence[tuple[PublishedSearch, Mapping[str, Sequence[float]]]]
"""Each published search with our candidates, by what was run."""


@dataclass(frozen=True)
class Findings:
    """Single runs, searches and verdicts; whatever was not run is absent.

    `without_score` names the experiments that were run and of which no trial has a score.
    """

    published: Published
    baseline: Baseline | None
    compared: tuple[Compared, ...]
    searches: Searches
    best: Table
    verdicts: tuple[Verdict, ...]
    failures: Table
    without_score: tuple[str, ...]

    @classmethod
    def of(
        cls,
        published: Published,
        results: Mapping[str, Sequence[Result]],
        baseline: Baseline | None,
    ) -> Findings:
        """From the results of each experiment by its name."""
        return cls(
            published=published,
            baseline=baseline,
            compared=tuple(_compared(published, results, baseline)),
            searches=_searches(published, results),
            best=best_table(published, results),
            verdicts=tuple(judge(results)),
            failures=failures_table(results),
            without_score=without_score(results),
        )

    def tables(self) -> tuple[Table, ...]:
        """The tables that have something to say, the conclusions last."""
        every = (
            runs_table(self.compared),
            searches_table(self.searches),
            self.best,
            statements_table(self.verdicts),
            self.failures,
            conclusions_table(self.published.conclusions, self.verdicts),
        )
        return tuple(table for table in every if table.rows)


def _compared(
    published: Published, results: Mapping[str, Sequence[Result]], baseline: Baseline | None
) -> list[Compared]:
    found: list[Compared] = []
    for run in published.runs:
        if run.experiment == BASELINE and baseline is not None:
            found += compare(run, baseline.scores)
        elif run.experiment in results:
            found += compare(run, ours(run, results[run.experiment]))
    return found


def _searches(published: Published, results: Mapping[str, Sequence[Result]]) -> Searches:
    found: list[tuple[PublishedSearch, dict[str, list[float]]]] = []
    for search in published.searches:
        means = {
            _name(experiment, results[experiment.name]): candidate_means(
                experiment.repeats_are_candidates, results[experiment.name]
            )
            for experiment in EXPERIMENTS
            if experiment.name in search.experiments and experiment.name in results
        }
        if means:
            found.append((search, means))
    return found


def _name(experiment: Experiment, results: Sequence[Result]) -> str:
    """The experiment's, and over how many repeats its candidates are judged if over several."""
    title = experiment.title.lower()
    repeats = max((len({part.repeat for part in result.parts}) for result in results), default=1)
    if experiment.repeats_are_candidates or repeats == 1:
        return title
    return f"{title}, each the mean of {repeats} repeats"
