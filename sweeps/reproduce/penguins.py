"""`sweeps reproduce penguins`: the whole published study, held against its own figures."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from signal import SIGINT

from sweeps import cores
from sweeps.executors.executor import executor_for
from sweeps.reports.tables import Table
from sweeps.reproduce import estimate
from sweeps.reproduce.baseline import Baseline, logistic_regression
from sweeps.reproduce.claims import Verdict
from sweeps.reproduce.experiments import (
    BASELINE,
    EXPERIMENTS,
    Experiment,
    check_names,
    experiment_names,
    sweep_of,
)
from sweeps.reproduce.findings import Findings
from sweeps.reproduce.pictures import Pictures
from sweeps.reproduce.published import published
from sweeps.reproduce.remember import remember, run_end, run_record
from sweeps.reproduce.running import Ran, Runner
from sweeps.reproduce.summary_report import draw_summary, write_tables
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.tasks.penguins import Penguins, Preprocessing
from sweeps.trainers.choose import trainer_for
from sweeps.watcher import Watcher
from tracking.tracker import Tracker

__all__ = ["Reproduction", "Wanted", "experiment_names", "reproduce"]

BASELINE_SPLITS = 10
LONG = 2 * 60
"""Seconds from which on a quicker look is offered."""
QUICK_POINTS = 20


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
    holds its tables and pictures. `signal` is the number of the signal that interrupted it, if one
    did; `without_score` names the experiments of which no trial has a score.
    """

    tables: tuple[Table, ...]
    verdicts: tuple[Verdict, ...]
    interrupted: bool
    where: str
    folder: str
    signal: int | None = None
    without_score: tuple[str, ...] = ()

    def exit_code(self, strict: bool) -> int:
        """What the command exits with: the first of these that applies.

        128 + signal (130 for Ctrl-C) after an interruption, 1 when an experiment has no score at
        all, 4 when `strict` and a conclusion does not hold, 0.
        """
        if self.interrupted:
            return 128 + (SIGINT if self.signal is None else self.signal)
        if self.without_score:
            return 1
        return 4 if strict and any(v.verdict == "does not hold" for v in self.verdicts) else 0


def reproduce(
    wanted: Wanted,
    *,
    store: Store | None = None,
    workers: int | None = 0,
    watcher: Watcher | None = None,
    tracking_uri: str | None = None,
    tracker: Callable[[], Tracker] | None = None,
    say: Callable[[str], None] = print,
) -> Reproduction:
    """Run the experiments of the study, one sweep each, and hold them against its figures.

    `say` is told, before anything is trained, how long it will take, and how to go on after an
    interruption. What is logged goes to MLflow at `tracking_uri`, or to what `tracker` opens.
    Raises LookupError for an unknown experiment, ValueError for other nonsense.
    """
    sweeps = wanted.sweeps()
    started_ms = _now_ms()
    store = store or Store.at()
    tracker = tracker or partial(_mlflow, tracking_uri)
    trainer = trainer_for("auto")
    workers = trainer.processes(cores.usable()) if workers is None else workers
    for line in announcement(wanted, workers):
        say(line)
    baseline = _baseline(wanted)
    executor = executor_for(workers, trainer.environment)
    ran: dict[str, Ran] = {}
    try:
        runner = Runner(store, executor, watcher, tracker, wanted.go_on, say)
        for experiment, sweep in sweeps:
            ran[experiment.name] = runner.run(sweep, Pictures(experiment, published()))
            if ran[experiment.name].stopped:
                say("interrupted; the same command with --continue goes on from here")
                break
    finally:
        executor.shutdown(cancel_futures=True)
    results = {name: one.results for name, one in ran.items() if not one.interrupted}
    findings = Findings.of(published(), results, baseline)
    return _summed_up(wanted, ran, findings, started_ms, store, tracker, say)


def announcement(wanted: Wanted, workers: int) -> list[str]:
    """How many sweeps, how long, and what would be quicker or say more."""
    lines = [
        f"{_counted(len(wanted.sweeps()), 'sweep')}, about {_duration(wanted, workers)} with "
        f"{_counted(max(1, workers), 'process')} on {_counted(max(1, workers), 'core')} "
        "(a rough estimate)"
    ]
    quick = replace(wanted, points=QUICK_POINTS)
    if wanted.points is None and _seconds(wanted, workers) > LONG:
        lines.append(
            f"a quicker look: --points {QUICK_POINTS}, about {_duration(quick, workers)}; "
            "fewer points leave more conclusions undecided"
        )
    return lines


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 'es' if what.endswith('s') else 's'}"


def _duration(wanted: Wanted, workers: int) -> str:
    return estimate.in_words(_seconds(wanted, workers))


def _seconds(wanted: Wanted, workers: int) -> float:
    each = (estimate.seconds(sweep, max(1, workers)) for _, sweep in wanted.sweeps())
    return estimate.START + sum(each)


def _baseline(wanted: Wanted) -> Baseline | None:
    if wanted.only and BASELINE not in wanted.only:
        return None
    return logistic_regression(Penguins(wanted.preprocessing), wanted.repeats or BASELINE_SPLITS)


def _summed_up(
    wanted: Wanted,
    ran: Mapping[str, Ran],
    findings: Findings,
    started_ms: int,
    store: Store,
    tracker: Callable[[], Tracker],
    say: Callable[[str], None],
) -> Reproduction:
    """Tables and pictures, written to the store and logged as a run of their own."""
    interrupted = any(one.stopped for one in ran.values())
    signals = [one.signal for one in ran.values() if one.signal is not None]
    run_id = f"penguins-reproduction-{secrets.token_hex(3)}"
    folder = store.reports(run_id)
    folder.mkdir(parents=True)
    tables = findings.tables()
    files = write_tables(tables, folder) + draw_summary(findings, folder)
    sweep_ids = {name: one.sweep_id for name, one in ran.items()}
    where = remember(
        run_record(run_id, started_ms, asdict(wanted), sweep_ids),
        run_end(run_id, _now_ms(), interrupted, findings, files),
        tracker,
        say,
    )
    return Reproduction(
        tables=tables,
        verdicts=findings.verdicts,
        interrupted=interrupted,
        where=where,
        folder=str(folder),
        signal=signals[0] if signals else None,
        without_score=findings.without_score,
    )


def _mlflow(tracking_uri: str | None) -> Tracker:
    from tracking.mlflow_tracker import MlflowTracker

    return MlflowTracker(tracking_uri)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
