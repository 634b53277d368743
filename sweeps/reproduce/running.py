"""Running the study's sweeps one after the other, or taking up those an earlier call left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sweeps import coordinator
from sweeps.drawing import Report
from sweeps.executors.executor import Slots
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import FINAL, SweepRow
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.trial import Result
from sweeps.watcher import Watcher
from tracking.tracker import Tracker

FINISHED = ("finished", "out_of_time")


@dataclass(frozen=True)
class Ran:
    """What came of one experiment's sweep.

    `results` are all of them unless it was `interrupted`, by a signal, a command or an error that
    all its trials share. `signal` is the number of the signal that
    came while it ran, be it that the sweep was finished by then and only closing.
    """

    sweep_id: str
    results: list[Result]
    interrupted: bool
    signal: int | None = None

    @property
    def stopped(self) -> bool:
        """Whether somebody asked for an end, so that no further sweep may start."""
        return self.interrupted or self.signal is not None


@dataclass(frozen=True)
class Runner:
    """Runs sweeps in one store on one executor.

    With `go_on`, a sweep of the same description that the store has already is not run again: a
    finished one is used as it is, an interrupted one is resumed; one that was stopped for good does
    not count.
    """

    store: Store
    executor: Slots
    watcher: Watcher | None
    tracker: Callable[[], Tracker]
    go_on: bool
    say: Callable[[str], None]

    def run(self, sweep: Sweep, report: Report) -> Ran:
        """The sweep's results, all of them unless it was interrupted."""
        earlier = self._earlier(sweep) if self.go_on else None
        if earlier is not None and earlier.state in FINISHED:
            self.say(f"{sweep.name}: taken from sweep {earlier.sweep_id}, finished before")
            return Ran(earlier.sweep_id, self._results(earlier.sweep_id), interrupted=False)
        if earlier is not None:
            summary = coordinator.resume(
                earlier.sweep_id,
                store=self.store,
                watcher=self.watcher,
                tracker=self.tracker,
                executor=self.executor,
                report=report,
            )
        else:
            summary = coordinator.run(
                sweep,
                store=self.store,
                watcher=self.watcher,
                tracker=self.tracker,
                executor=self.executor,
                report=report,
            )
        interrupted = summary.ending not in FINISHED
        results = self._results(summary.sweep_id)
        return Ran(summary.sweep_id, results, interrupted, summary.signal)

    def _earlier(self, sweep: Sweep) -> SweepRow | None:
        """The newest sweep of the store with an equal description."""
        ledger = Ledger.open(self.store.ledger_url)
        try:
            same: Sequence[SweepRow] = [
                row
                for row in ledger.sweeps()
                if row.name == sweep.name
                and row.state not in FINAL
                and ledger.document(row.sweep_id) == sweep.document
            ]
        finally:
            ledger.close()
        return same[-1] if same else None

    def _results(self, sweep_id: str) -> list[Result]:
        ledger = Ledger.open(self.store.ledger_url)
        try:
            return ledger.results(sweep_id)
        finally:
            ledger.close()
