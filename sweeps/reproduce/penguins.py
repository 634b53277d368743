"""`sweeps reproduce penguins`: the whole published study, held against its own figures."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from signal import SIGINT

from sweeps import cores
from sweeps.executors.executor import Slots, executor_for
from sweeps.reports.tables import Table
from sweeps.reproduce import repeats
from sweeps.reproduce.baseline import Baseline, logistic_regression
from sweeps.reproduce.claims import Verdict
from sweeps.reproduce.experiments import BASELINE, Experiment, experiment_names
from sweeps.reproduce.findings import Findings
from sweeps.reproduce.pictures import Pictures
from sweeps.reproduce.published import published
from sweeps.reproduce.remember import remember, run_end, run_record
from sweeps.reproduce.running import Ran, Runner
from sweeps.reproduce.summary_report import draw_summary, write_tables
from sweeps.reproduce.wanted import Wanted
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.tasks.penguins import Penguins
from sweeps.trainers.choose import trainer_for
from sweeps.watcher import Watcher
from tracking.tracker import Tracker

__all__ = ["Reproduction", "Wanted", "experiment_names", "reproduce"]

BASELINE_SPLITS = 20


@dataclass(frozen=True)
class Reproduction:
    """What came of it: tables to print, verdicts, and where it is all kept.

    `where` is the MLflow address of the run that sums it up, empty when there is none; `folder`
    holds its tables and pictures. `repeats` is how often each network of experiments 1 to 5 was
    trained, None when none of them was asked for. `signal` is the number of the signal that
    interrupted it, if one did; `without_score` names the experiments of which no trial has a score.
    """

    tables: tuple[Table, ...]
    verdicts: tuple[Verdict, ...]
    interrupted: bool
    where: str
    folder: str
    repeats: int | None = None
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
    wanted.sweeps()
    started_ms = _now_ms()
    store = store or Store.at()
    tracker = tracker or partial(_mlflow, tracking_uri)
    trainer = trainer_for("auto")
    workers = trainer.processes(cores.usable()) if workers is None else workers
    baseline = _baseline(wanted)
    executor = executor_for(workers, trainer.environment)
    try:
        wanted = _announced(wanted, store, executor, say)
        runner = Runner(store, executor, watcher, tracker, wanted.go_on, say)
        ran = _ran(wanted.sweeps(), runner)
    finally:
        executor.shutdown(cancel_futures=True)
    results = {name: one.results for name, one in ran.items() if not one.interrupted}
    findings = Findings.of(published(), results, baseline)
    return _summed_up(wanted, ran, findings, started_ms, store, tracker, say)


def _announced(wanted: Wanted, store: Store, executor: Slots, say: Callable[[str], None]) -> Wanted:
    """What is wanted, with the number of repeats chosen if nobody gave one; all of it is said."""
    if not wanted.sweeps():
        return wanted
    say("a moment, to see how fast this machine trains")
    forecast = repeats.Forecast.of(wanted, executor)
    wanted, choice = repeats.chosen(wanted, store, forecast)
    for line in repeats.announcement(wanted, forecast, choice):
        say(line)
    return wanted


def _ran(sweeps: Sequence[tuple[Experiment, Sweep]], runner: Runner) -> dict[str, Ran]:
    """What came of each sweep, by its experiment, up to the first that was interrupted."""
    ran: dict[str, Ran] = {}
    for experiment, sweep in sweeps:
        ran[experiment.name] = runner.run(sweep, Pictures(experiment, published()))
        if ran[experiment.name].stopped:
            runner.say("interrupted; the same command with --continue goes on from here")
            break
    return ran


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
        repeats=wanted.repeats_of_experiments,
        signal=signals[0] if signals else None,
        without_score=findings.without_score,
    )


def _mlflow(tracking_uri: str | None) -> Tracker:
    from tracking.mlflow_tracker import MlflowTracker

    return MlflowTracker(tracking_uri)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
