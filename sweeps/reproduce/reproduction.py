"""What comes of reproducing a study, and how it is kept: in the store, and as a run in MLflow."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT

from sweeps.reports.tables import Table
from sweeps.reproduce.claims import Verdict
from sweeps.reproduce.held import Held
from sweeps.reproduce.remember import remember, run_end, run_record
from sweeps.reproduce.running import Ran
from sweeps.reproduce.summary_report import write_tables
from sweeps.store import Store
from tracking.tracker import Tracker


@dataclass(frozen=True)
class Reproduction:
    """What came of it: tables to print, verdicts, and where it is all kept.

    `where` is the MLflow address of the run that sums it up, empty when there is none; `folder`
    holds its tables and pictures. `repeats` is how often each network was trained (of the penguins,
    those of experiments 1 to 5), None where the sweep files say so. `signal` is the number of the
    signal that interrupted it, if one did; `without_score` names the experiments of which no trial
    has a score.
    """

    tables: tuple[Table, ...]
    verdicts: tuple[Verdict | Held, ...]
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


@dataclass(frozen=True)
class Found:
    """What a study's runs found, ready to be kept.

    `figures` become metrics, `answers` (a verdict by what it is about) tags of the run that sums
    it up; `options` are what was asked for, and `draw` makes pictures in a folder.
    """

    study: str
    note: str
    options: Mapping[str, object]
    tables: Sequence[Table]
    verdicts: tuple[Verdict | Held, ...]
    figures: Mapping[str, float]
    answers: Mapping[str, str]
    without_score: tuple[str, ...]
    draw: Callable[[Path], list[Path]]
    repeats: int | None


def kept(
    found: Found,
    ran: Mapping[str, Ran],
    started_ms: int,
    store: Store,
    tracker: Callable[[], Tracker],
    say: Callable[[str], None],
) -> Reproduction:
    """Tables and pictures, written to the store and logged as a run of their own."""
    interrupted = any(one.stopped for one in ran.values())
    signals = [one.signal for one in ran.values() if one.signal is not None]
    run_id = f"{found.study}-reproduction-{secrets.token_hex(3)}"
    folder = store.reports(run_id)
    folder.mkdir(parents=True)
    files = write_tables(found.tables, folder) + found.draw(folder)
    sweep_ids = {name: one.sweep_id for name, one in ran.items()}
    where = remember(
        run_record(run_id, found.study, found.note, started_ms, found.options, sweep_ids),
        run_end(run_id, now_ms(), interrupted, found.figures, found.answers, files),
        tracker,
        say,
    )
    return Reproduction(
        tables=tuple(found.tables),
        verdicts=found.verdicts,
        interrupted=interrupted,
        where=where,
        folder=str(folder),
        repeats=found.repeats,
        signal=signals[0] if signals else None,
        without_score=found.without_score,
    )


def mlflow(tracking_uri: str | None) -> Tracker:
    """The tracker that logs there; None: where MLflow logs by default."""
    from tracking.mlflow_tracker import MlflowTracker

    return MlflowTracker(tracking_uri)


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000
