"""`sweeps reproduce penguins`: the whole published study, held against its own figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from statistics import median

from sweeps.executors.executor import Slots
from sweeps.executors.where import HERE, Where, slots_for
from sweeps.reproduce import repeats
from sweeps.reproduce.baseline import Baseline, logistic_regression
from sweeps.reproduce.experiments import BASELINE, Experiment, experiment_names
from sweeps.reproduce.findings import Findings
from sweeps.reproduce.pictures import Pictures
from sweeps.reproduce.published import published
from sweeps.reproduce.reproduction import Found, Reproduction, kept, mlflow, now_ms
from sweeps.reproduce.running import Ran, Runner
from sweeps.reproduce.summary_report import draw_summary
from sweeps.reproduce.verdicts import overall
from sweeps.reproduce.wanted import Wanted
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.tasks.penguins import Penguins
from sweeps.trainers.choose import trainer_for
from sweeps.watcher import Watcher
from tracking.tracker import Tracker

__all__ = ["Reproduction", "Wanted", "experiment_names", "reproduce"]

BASELINE_SPLITS = 20


def reproduce(
    wanted: Wanted,
    *,
    store: Store | None = None,
    where: Where = HERE,
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
    started_ms = now_ms()
    store = store or Store.at()
    tracker = tracker or partial(mlflow, tracking_uri)
    baseline = _baseline(wanted)
    executor = slots_for(where, trainer_for("auto"), say)
    try:
        wanted = _announced(wanted, store, executor, say)
        runner = Runner(store, executor, watcher, tracker, wanted.go_on, say)
        ran = _ran(wanted.sweeps(), runner)
    finally:
        executor.shutdown(cancel_futures=True)
    results = {name: one.results for name, one in ran.items() if not one.interrupted}
    findings = Findings.of(published(), results, baseline)
    return kept(_found(wanted, findings), ran, started_ms, store, tracker, say)


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


def _found(wanted: Wanted, findings: Findings) -> Found:
    """What there is to keep of it."""
    judged = {verdict.experiment for verdict in findings.verdicts}
    return Found(
        study="penguins",
        note="The published penguin study against ours",
        options=asdict(wanted),
        tables=findings.tables(),
        verdicts=findings.verdicts,
        figures={
            f"{one.run} {one.figure}".replace(" ", "_"): median(one.ours)
            for one in findings.compared
        },
        answers={
            name: overall([v for v in findings.verdicts if v.experiment == name]) for name in judged
        },
        without_score=findings.without_score,
        draw=partial(draw_summary, findings),
        repeats=wanted.repeats_of_experiments,
    )
