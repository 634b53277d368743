"""What is said when a sweep's session ends: how it went, the best trial, where to look."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from sweeps.cli.endings import FAILED, INTERRUPTED
from sweeps.cli.store_flags import StoreFlags
from sweeps.errors import printable
from sweeps.trial import Result
from sweeps.watcher import Ending, Summary
from sweeps.wording import count, duration, figure, lines, waiting
from tracking.store_uri import without_credentials

ENDINGS: Mapping[Ending, str] = {
    "finished": "finished",
    "out_of_time": "out of time",
    "interrupted": "interrupted",
    "stopped": "stopped for good",
    "cancelled": "cancelled",
    "failed": "failed",
}


def ending_line(summary: Summary) -> str:
    """One line: name, id, how it ended, trials, time."""
    trials = count(summary.done + summary.failed + summary.pruned, "trial")
    trials += _but({"failed": summary.failed, "pruned": summary.pruned})
    if summary.confirmed or summary.unconfirmed:
        trials += f" and {count(summary.confirmed + summary.unconfirmed, 'confirmation')}"
        trials += _but({"failed": summary.unconfirmed})
    never = f", {summary.cancelled:,} never trained" if summary.cancelled else ""
    return (
        f"{summary.name} {summary.sweep_id}: {ENDINGS[summary.ending]}, "
        f"{trials}{never}, {duration(summary.seconds)}"
    )


def _but(counts: Mapping[str, int]) -> str:
    said = ", ".join(f"{number:,} {word}" for word, number in counts.items() if number)
    return f" ({said})" if said else ""


def farewell(
    summary: Summary, metric: str, store: StoreFlags, uri: str | None, advised: Sequence[str] = ()
) -> list[str]:
    """The last lines of `run` and `resume`, after the ending line that the watcher has printed."""
    said = [printable(f"cause: {summary.cause}")] if summary.cause else []
    if summary.front:
        said.append(on_the_front(summary.front, summary.sweep_id, store))
    else:
        said += best_lines(summary.best, metric)
    said += advised
    look = summary.where or command("ui", summary.sweep_id, store, uri)
    said.append(f"MLflow: {look}")
    failed = summary.failed + summary.unconfirmed
    if failed:
        said.append(f"what failed: {command('logs', summary.sweep_id, store, None)}")
    if summary.unsent:
        sync = command("sync", summary.sweep_id, store, uri)
        how = sync if store.service is None else "the service sends them when it goes on"
        said.append(f"{waiting(summary.unsent)} to be sent to MLflow: {how}")
    return said + ways_on(summary.ending, failed, summary.sweep_id, store, uri)


def ways_on(
    state: str, failed: int, sweep_id: str, store: StoreFlags, uri: str | None
) -> list[str]:
    """How to go on with a sweep that nobody runs; nothing when its search has ended."""
    resume = command("resume", sweep_id, store, uri)
    if state == "failed" and failed:
        again = command("retry", sweep_id, store, uri, "--failed")
        return [f"when the cause is mended: {again}", f"or go on without those: {resume}"]
    if state == "failed":
        return [f"when the cause is mended: {resume}"]
    return [f"resume: {resume}"] if state in ("interrupted", "crashed") else []


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


def on_the_front(trials: int, sweep_id: str, store: StoreFlags) -> str:
    """What there is instead of a best trial with several objectives, and how to see it."""
    found = f"{count(trials, 'trial')} that no other one beats"
    return f"front: {found}: {command('best', sweep_id, store, None)}"


def command(name: str, what: str | None, store: StoreFlags, uri: str | None, *options: str) -> str:
    """A command about a sweep, with the options that it was started with; no passwords."""
    words = ["sweeps", name, *([what] if what else []), *options, *store.words]
    if uri is not None:
        words += ["--tracking-uri", without_credentials(uri)]
    return shlex.join(words)


def exit_code(summary: Summary) -> int:
    """128 + signal when interrupted, 1 when it failed, was cancelled or has no score, else 0."""
    if summary.ending == "interrupted":
        return 128 + summary.signal if summary.signal is not None else INTERRUPTED
    if summary.ending in ("failed", "cancelled"):
        return FAILED
    wanted = summary.failed or summary.pruned or summary.ending == "stopped"
    return FAILED if wanted and not summary.done else 0
