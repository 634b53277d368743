"""Stand-ins for the costly roles: a trainer that makes scores up, a tracker that only remembers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from sweeps.executors.executor import Say, Terms
from sweeps.executors.placement import Shared
from sweeps.problem import Problem
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Failure, Fit, Outcome, Result
from sweeps.watcher import AtWork, Summary
from tracking.records import (
    LiveRecord,
    SweepEnd,
    SweepFigures,
    SweepRecord,
    SweepState,
    TrialRecord,
)

P = ParamSpec("P")
T = TypeVar("T")


def made_up(fit: Fit) -> float:
    """A score in [0, 1) that follows from what the fit is, as a trained network's does."""
    what = json.dumps([fit.trial.config, fit.seed, fit.budget], sort_keys=True)
    return int(hashlib.sha256(what.encode()).hexdigest()[:8], 16) / 2**32


@dataclass(frozen=True)
class FakeTrainer:
    """Makes scores up, save for the trials whose numbers are `failing` or `raising`."""

    failing: frozenset[int] = frozenset()
    raising: frozenset[int] = frozenset()

    @property
    def environment(self) -> Mapping[str, str]:
        return {}

    def processes(self, cores: int) -> int:
        return 0

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:
        return [Pack((fit,)) for fit in fits]

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        return [self._outcome(fit, problem.objective.metric) for fit in pack.fits]

    def _outcome(self, fit: Fit, metric: str) -> Outcome:
        number = fit.trial.number
        if number in self.raising:
            raise RuntimeError(f"trial {number} found a bug")
        error = Failure("diverged", "loss became nan") if number in self.failing else None
        score = made_up(fit)
        return Outcome(fit, {metric: score}, {"loss": (1.0, score)}, seconds=0.25, error=error)


@dataclass
class MemoryTracker:
    """Remembers what it was told, in order; `wish` is what a person would write into MLflow."""

    records: list[SweepRecord | TrialRecord | SweepState | SweepEnd] = field(default_factory=list)
    wish: str = ""
    shown: list[LiveRecord] = field(default_factory=list)
    figures: list[SweepFigures] = field(default_factory=list)

    def heed(self, may_write: Callable[[], None]) -> None:
        pass

    def begin(self, record: SweepRecord) -> None:
        self.records.append(record)

    def log(self, trials: Sequence[TrialRecord]) -> None:
        self.records.extend(trials)

    def live(self, trials: Sequence[LiveRecord]) -> None:
        self.shown.extend(trials)

    def command(self, sweep_id: str) -> str:
        return self.wish

    def show_state(self, record: SweepState) -> None:
        self.wish = ""
        self.records.append(record)

    def add_figures(self, samples: Sequence[SweepFigures]) -> None:
        self.figures.extend(samples)

    def end(self, record: SweepEnd) -> None:
        self.records.append(record)

    def link(self, sweep_id: str) -> str:
        return f"memory/{sweep_id}"

    def close(self) -> None:
        pass

    @property
    def trials(self) -> list[TrialRecord]:
        return [record for record in self.records if isinstance(record, TrialRecord)]


@dataclass
class RecordingWatcher:
    """Keeps what a watcher is told; `on_result` may act on it, as a person would."""

    on_result: Callable[[Result], None] = lambda result: None
    results: list[Result] = field(default_factory=list)
    summaries: list[Summary] = field(default_factory=list)
    totals: list[int | None] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    at_work: list[Sequence[AtWork]] = field(default_factory=list)

    def began(self, sweep_id: str, name: str, total: int | None, done: int) -> None:
        self.totals.append(total)

    def finished(self, result: Result, best: Result | None, front: int = 0) -> None:
        self.results.append(result)
        self.on_result(result)

    def training(self, live: Sequence[AtWork]) -> None:
        self.at_work.append(live)

    def said(self, line: str) -> None:
        self.lines.append(line)

    def ended(self, summary: Summary) -> None:
        self.summaries.append(summary)


class Threads(ThreadPoolExecutor):
    """Side-by-side execution without processes, for tests that steer the order of things."""

    def __init__(self, slots: int) -> None:
        super().__init__(slots)
        self.slots = slots
        self.ahead = slots
        self.shared: Shared | None = None

    def submit_on(
        self,
        terms: Terms,
        fn: Callable[Concatenate[Say, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        hear = terms.hear or (lambda *_: None)
        return self.submit(partial(fn, partial(hear, "a thread")), *args, **kwargs)

    def kill(self) -> None:
        self.shutdown(wait=False, cancel_futures=True)
