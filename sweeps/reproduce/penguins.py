"""`sweeps reproduce penguins`: the whole published study, held against its own figures."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from sweeps.executors.executor import executor_for
from sweeps.reports.tables import Table
from sweeps.reproduce import estimate
from sweeps.reproduce.baseline import Baseline, logistic_regression
from sweeps.reproduce.claims import Verdict
from sweeps.reproduce.comparison import Compared, compare, runs_table, searches_table
from sweeps.reproduce.experiments import (
    BASELINE,
    EXPERIMENTS,
    Experiment,
    check_names,
    experiment_names,
    sweep_of,
)
from sweeps.reproduce.measures import candidate_means, ours
from sweeps.reproduce.pictures import Pictures
from sweeps.reproduce.published import PublishedSearch, published
from sweeps.reproduce.remember import remember, run_end, run_record
from sweeps.reproduce.running import Ran, Runner
from sweeps.reproduce.summary_report import draw_summary, write_tables
from sweeps.reproduce.verdicts import conclusions_table, judge, statements_table
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.tasks.penguins import Penguins, Preprocessing
from sweeps.trainers.choose import trainer_for
from sweeps.trial import Result
from sweeps.watcher import Watcher
from tracking.tracker import Tracker

__all__ = ["Reproduction", "Wanted", "experiment_names", "reproduce"]

BASELINE_SPLITS = 10
LONG = 20 * 60
"""Seconds from which on a quicker look is offered."""
QUICK_POINTS = 12


@dataclass(frozen=True)
class Wanted:
    """What a person asked for on the command line.

    `only` names experiments (empty: all); `repeats` and `points` are None for what the files say;
    `go_on` takes up what an earlier, interrupted call has done in the same store.
    """

    only: tuple[str, ...] = ()
    repeats: int | None = None
    points: int | None = None
    preprocessing: Preprocessing = "published"
    go_on: bool = False

    def sweeps(self) -> list[tuple[Experiment, Sweep]]:
        """The sweeps to run, in order. Raises LookupError for a name that is no experiment."""
        check_names(self.only)
        return [
            (experiment, sweep_of(experiment, self.preprocessing, self.repeats, self.points))
            for experiment in EXPERIMENTS
            if not self.only or experiment.name in self.only
        ]


@dataclass(frozen=True)
class Reproduction:
    """What came of it: tables to print, verdicts, and where it is all kept.

    `where` is the MLflow address of the run that sums it up, empty when there is none; `folder`
    holds its tables and pictures.
    """

    tables: tuple[Table, ...]
    verdicts: tuple[Verdict, ...]
    interrupted: bool
    where: str
    folder: str

    def exit_code(self, strict: bool) -> int:
        """130 after an interruption, 4 when `strict` and a conclusion does not hold, else 0."""
        if self.interrupted:
            return 130
        return 4 if strict and any(v.verdict == "does not hold" for v in self.verdicts) else 0


def reproduce(
    wanted: Wanted,
    *,
    store: Store | None = None,
    workers: int = 1,
    watcher: Watcher | None = None,
    tracking_uri: str | None = None,
    say: Callable[[str], None] = print,
) -> Reproduction:
    """Run the experiments of the study, one sweep each, and hold them against its figures.

    `say` is told, before anything is trained, how long it will take, and how to go on after an
    interruption. Raises LookupError for an unknown experiment, ValueError for other nonsense.
    """
    sweeps = wanted.sweeps()
    started_ms = _now_ms()
    store = store or Store.at()
    for line in announcement(sweeps, workers):
        say(line)
    baseline = _baseline(wanted)
    executor = executor_for(workers, trainer_for("auto").environment)
    ran: dict[str, Ran] = {}
    try:
        runner = Runner(store, executor, watcher, tracking_uri, wanted.go_on, say)
        for experiment, sweep in sweeps:
            ran[experiment.name] = runner.run(sweep, Pictures(experiment, published()))
            if ran[experiment.name].interrupted:
                say("interrupted; the same command with --continue goes on from here")
                break
    finally:
        executor.shutdown(cancel_futures=True)
    return _summed_up(wanted, ran, baseline, started_ms, store, tracking_uri, say)


def announcement(sweeps: Sequence[tuple[Experiment, Sweep]], workers: int) -> list[str]:
    """How many sweeps, how long, and how it could be quicker."""
    duration = sum(estimate.seconds(sweep) for _, sweep in sweeps) / workers
    said = f"{len(sweeps)} sweeps, about {estimate.in_words(duration)} on two cores"
    lines = [f"{said} with {workers} worker{'' if workers == 1 else 's'} (a rough estimate)"]
    if duration > LONG:
        lines.append(f"for a quick look: --points {QUICK_POINTS} --repeats 3, or --only NAME")
    return lines


def _baseline(wanted: Wanted) -> Baseline | None:
    if wanted.only and BASELINE not in wanted.only:
        return None
    return logistic_regression(Penguins(wanted.preprocessing), wanted.repeats or BASELINE_SPLITS)


def _summed_up(
    wanted: Wanted,
    ran: Mapping[str, Ran],
    baseline: Baseline | None,
    started_ms: int,
    store: Store,
    tracking_uri: str | None,
    say: Callable[[str], None],
) -> Reproduction:
    """Tables, verdicts and pictures, written to the store and logged as a run of their own."""
    interrupted = any(one.interrupted for one in ran.values())
    results = {name: one.results for name, one in ran.items() if not one.interrupted}
    compared, searches = _compared(results, baseline), _searches(results)
    verdicts = judge(results)
    tables = tuple(
        table
        for table in (
            runs_table(compared),
            searches_table(searches),
            statements_table(verdicts),
            conclusions_table(published().conclusions, verdicts),
        )
        if table.rows
    )
    run_id = f"penguins-reproduction-{secrets.token_hex(3)}"
    folder = store.reports(run_id)
    folder.mkdir(parents=True)
    files = write_tables(tables, folder) + draw_summary(compared, searches, baseline, folder)
    where = remember(
        run_record(
            run_id, started_ms, asdict(wanted), {name: one.sweep_id for name, one in ran.items()}
        ),
        run_end(run_id, _now_ms(), interrupted, compared, verdicts, files),
        lambda: _tracker(tracking_uri),
        say,
    )
    return Reproduction(tables, tuple(verdicts), interrupted, where, str(folder))


def _compared(results: Mapping[str, Sequence[Result]], baseline: Baseline | None) -> list[Compared]:
    found: list[Compared] = []
    for run in published().runs:
        if run.experiment == BASELINE and baseline is not None:
            scores = {name: list(getattr(baseline, name)) for name in run.figures}
            found += compare(run, scores)
        elif run.experiment in results:
            found += compare(run, ours(run, results[run.experiment]))
    return found


def _searches(
    results: Mapping[str, Sequence[Result]],
) -> list[tuple[PublishedSearch, dict[str, list[float]]]]:
    """Each published search that was run, with our candidates by the title of the experiment."""
    found: list[tuple[PublishedSearch, dict[str, list[float]]]] = []
    for search in published().searches:
        means = {
            experiment.title.lower(): candidate_means(
                experiment.repeats_are_candidates, results[experiment.name]
            )
            for experiment in EXPERIMENTS
            if experiment.name in search.experiments and experiment.name in results
        }
        if means:
            found.append((search, means))
    return found


def _tracker(tracking_uri: str | None) -> Tracker:
    from tracking.mlflow_tracker import MlflowTracker

    return MlflowTracker(tracking_uri)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
