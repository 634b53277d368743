"""One sweep in worker processes, with clocks beside it, in the process that coordinates them."""

from __future__ import annotations

import os
import time
from bisect import bisect
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sweeps import coordinator, parts
from sweeps.lease import Claim
from sweeps.ledger.ledger import Ledger
from sweeps.reading.sweep import read_sweep
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.trial import Result
from sweeps.watcher import AtWork, Summary
from tests.benchmarks.child import report
from tests.benchmarks.ours.busy import busy
from tests.benchmarks.ours.sleeping import EPOCHS, Nothing, Sleeping, Span, span_of
from tests.sweeps.fakes import MemoryTracker


@dataclass
class Clocks:
    """When results were kept, and what this process had computed by then."""

    spans: list[Span] = field(default_factory=list)
    kept: list[float] = field(default_factory=list)
    computed: list[float] = field(default_factory=list)
    said_lines: list[str] = field(default_factory=list)

    def began(self, sweep_id: str, name: str, total: int | None, done: int) -> None:
        pass

    def finished(self, result: Result, best: Result | None, front: int = 0) -> None:
        self.spans.append(span_of(result.metrics))
        self.kept.append(time.monotonic())
        self.computed.append(time.process_time())

    def training(self, live: Sequence[AtWork]) -> None:
        pass

    def said(self, line: str) -> None:
        self.said_lines.append(line)

    def ended(self, summary: Summary) -> None:
        pass

    def share(self, start: float, end: float) -> float:
        """What this process computed, of one core, between the results kept nearest to these."""
        first, last = bisect(self.kept, start), bisect(self.kept, end) - 1
        return (self.computed[last] - self.computed[first]) / (self.kept[last] - self.kept[first])


def counted() -> list[int]:
    """Results of each commit, from now on."""
    sizes: list[int] = []
    plain = Ledger.commit

    def commit(ledger: Ledger, claim: Claim, results: Sequence[Any], *rest: Any) -> int:
        sizes.append(len(results))
        return plain(ledger, claim, results, *rest)

    setattr(Ledger, "commit", commit)  # noqa: B010 - it is not of the method's own type
    return sizes


def sweep_of(trials: int) -> Sweep:
    space = {
        "width": {"low": 4, "high": 64, "log": True},
        "learning_rate": {"low": 0.001, "high": 0.1, "log": True},
        "epochs": EPOCHS,
    }
    search = {"backend": "random", "trials": trials}
    return read_sweep({"task": "penguins", "search": search, "space": space})


def measured(workers: int, seconds: float, trials: int, url: str) -> None:
    """Run the sweep and report. `url` is the ledger's address; without one it is a file here."""
    trainer, sizes, clocks = Sleeping(seconds), counted(), Clocks()
    vars(parts).update(trainer_for=lambda *_: trainer, task_for=lambda *_: Nothing("nothing"))
    started = time.time()
    summary = coordinator.run(
        sweep_of(trials),
        store=Store.at(Path("store"), url or None),
        watcher=clocks,
        workers=workers,
        tracker=None if "MLFLOW_TRACKING_URI" in os.environ else MemoryTracker,
    )
    ended, found = time.monotonic(), busy(clocks.spans, workers)
    report(
        summary.done,
        clocks.kept[-1] - min(span.began for span in clocks.spans),
        started,
        busy={**asdict(found), "rate": found.rate},
        commits=len(sizes),
        share=clocks.share(found.start, found.end),
        exit_seconds=ended - clocks.kept[-1],
        unsent=summary.unsent,
        said=clocks.said_lines,
    )
