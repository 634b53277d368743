"""What is said when a sweep's session ends: how it went, the best trial, where to look."""

from __future__ import annotations

import shlex
from pathlib import Path

from sweeps.cli.endings import FAILED, INTERRUPTED
from sweeps.cli.wording import count, duration, figure, lines, waiting
from sweeps.trial import Result
from sweeps.watcher import Summary
from tracking.store_uri import without_credentials

ENDINGS = {
    "finished": "finished",
    "out_of_time": "stopped, its time is up",
    "interrupted": "interrupted",
}


def ending_line(summary: Summary) -> str:
    """One line: name, id, how it ended, trials, time."""
    failed = f" ({summary.failed:,} failed)" if summary.failed else ""
    trials = count(summary.done + summary.failed, "trial")
    return (
        f"{summary.name} {summary.sweep_id}: {ENDINGS[summary.ending]}, "
        f"{trials}{failed}, {duration(summary.seconds)}"
    )


def farewell(summary: Summary, metric: str, store: Path | None, uri: str | None) -> list[str]:
    """The last lines of `run` and `resume`, after the ending line that the watcher has printed."""
    said = best_lines(summary.best, metric)
    look = summary.where or command("ui", summary.sweep_id, store, uri)
    said.append(f"MLflow: {look}")
    if summary.unsent:
        said.append(f"{waiting(summary.unsent)} to be sent to MLflow; resuming sends them")
    if summary.ending == "interrupted" or summary.unsent:
        said.append(f"resume: {command('resume', summary.sweep_id, store, uri)}")
    return said


def best_lines(best: Result | None, metric: str) -> list[str]:
    """The best trial and its configuration; that there is none, when there is none."""
    if best is None or best.score is None:
        return ["no trial has a score"]
    title = f"best: trial {best.trial.number}, {metric} {figure(best.score)}"
    config = best.trial.config
    horizon, trained = config.get("epochs"), best.trial.budget
    if trained is None or horizon is None or trained == horizon:
        return [title, *lines(config)]
    rest = {name: value for name, value in config.items() if name != "epochs"}
    return [f"{title} after {trained} of {horizon} epochs", *lines(rest)]


def command(name: str, sweep_id: str, store: Path | None, uri: str | None) -> str:
    """A command about the sweep, with the options that it was started with; no passwords."""
    words = ["sweeps", name, sweep_id]
    if store is not None:
        words += ["--store", str(store)]
    if uri is not None:
        words += ["--tracking-uri", without_credentials(uri)]
    return shlex.join(words)


def exit_code(summary: Summary) -> int:
    """0 when a trial has a score, 1 when all failed, 128 + signal when interrupted."""
    if summary.ending == "interrupted":
        return 128 + summary.signal if summary.signal is not None else INTERRUPTED
    return FAILED if summary.failed and not summary.done else 0
