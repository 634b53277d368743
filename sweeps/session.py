"""One session of a sweep: everything it needs, put together, run, and taken down again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sweeps import remembering
from sweeps.backends.backend import Search
from sweeps.checkpoint_keeper import CheckpointKeeper
from sweeps.clock import now_ms
from sweeps.executors.executor import Slots
from sweeps.flight import Flight
from sweeps.interrupts import Interrupts
from sweeps.journal import Journal
from sweeps.lease import Claim, Heartbeat, LeaseError
from sweeps.ledger import Ledger
from sweeps.ledger_records import Begun, told
from sweeps.loop import Loop
from sweeps.open_trial import OpenTrial
from sweeps.parts import Parts
from sweeps.stopwatch import Stopwatch
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.trial import Result
from sweeps.watcher import Ending, Summary, Watcher
from tracking.records import Artifact, SweepEnd
from tracking.shipping import Shipper
from tracking.tracker import Tracker

Report = Callable[[Sweep, Sequence[Result], Path], Sequence[Artifact]]
"""Draws what a sweep found into a folder, and says which files the parent run keeps.

A worker process draws where there is one, so it is pickled as a trainer is. More than ten thousand
results come without their histories and parts.
"""

DRAWN_WHOLE = 10_000
DRAIN_SECONDS = 60.0
DRAIN_SECONDS_AFTER_ERROR = 10.0


@dataclass(frozen=True)
class Surroundings:
    """Where a session runs: what the user chose apart from the sweep itself."""

    store: Store
    watcher: Watcher
    tracker: Callable[[], Tracker]
    report: Report | None


class Session:
    """One session of one sweep."""

    def __init__(
        self, parts: Parts, search: Search, ledger: Ledger, claim: Claim, around: Surroundings
    ) -> None:
        self._parts = parts
        self._search = search
        self._ledger = ledger
        self._claim = claim
        self._around = around
        self._begun = ledger.trials(claim.sweep_id)
        self._row = ledger.sweep(claim.sweep_id)
        self._stopwatch = Stopwatch(self._row.spent_seconds)
        self._checkpoints = CheckpointKeeper(around.store.checkpoints(claim.sweep_id))
        self._shipper = Shipper(around.tracker, self._shipped, around.watcher.said)
        results = [begun.result for begun in self._begun if begun.result is not None]
        self._journal = Journal(
            parts.sweep,
            claim,
            ledger,
            self._shipper,
            around.watcher,
            self._stopwatch,
            remembering.best_of(parts.sweep, results),
        )

    def run(self, executor: Slots) -> Summary:
        """To the end, an interruption or an error; the ledger is left resumable in any case.

        The lease is held until MLflow has caught up, so that nobody sends the same runs meanwhile.
        """
        heartbeat = Heartbeat(lambda: self._ledger.renew(self._claim), self._around.watcher.said)
        try:
            with Interrupts(self._around.watcher.said) as interrupts:
                ending = self._train(executor, interrupts)
                artifacts = self._drawn(executor) if ending != "interrupted" else ()
                unsent = self._drain(ending, artifacts)
            self._ledger.release(self._claim)
        except BaseException:
            self._abandon()
            raise
        finally:
            heartbeat.close()
        summary = self._summary(ending, unsent, interrupts.signal)
        self._around.watcher.ended(summary)
        return summary

    def _train(self, executor: Slots, interrupts: Interrupts) -> Ending:
        ending: Ending = "interrupted"
        try:
            self._announce()
            ending = self._loop(executor).run(interrupts)
        except KeyboardInterrupt:
            executor.kill()
        self._ledger.end(self._claim, ending, self._stopwatch.seconds)
        if ending != "interrupted":
            self._checkpoints.clear()
        return ending

    def _announce(self) -> None:
        """Tell watcher and MLflow that the sweep runs; send MLflow what it missed."""
        sweep, sweep_id = self._parts.sweep, self._claim.sweep_id
        plan = self._parts.plan
        done = self._row.done + self._row.failed
        self._around.watcher.began(sweep_id, sweep.name, plan.trials, done)
        self._shipper.put(
            remembering.sweep_record(
                sweep,
                sweep_id,
                self._row.created_ms,
                self._parts.problem,
                self._parts.split_hash,
                plan.to_json(),
            )
        )
        self._journal.ship_again(self._begun)

    def _loop(self, executor: Slots) -> Loop:
        parts = self._parts
        loop = Loop(
            sweep=parts.sweep,
            search=self._search,
            problem=parts.problem,
            trainer=parts.trainer,
            flight=Flight(executor, parts.trainer, parts.problem),
            journal=self._journal,
            checkpoints=self._checkpoints,
            batch=parts.sweep.search.batch or parts.backend.batch,
            asked=len(self._begun),
        )
        finished, _ = told(self._begun)
        behind = self._begun[len(finished) :]
        loop.take_up(
            [_opened(begun) for begun in behind if begun.result is None],
            [begun.result for begun in behind if begun.result is not None],
        )
        return loop

    def _drawn(self, executor: Slots) -> Sequence[Artifact]:
        """The report's files. The sweep is done, so a report that fails is said and no more.

        A worker draws, if there is one, so that this process can go on sending to MLflow.
        """
        report, sweep_id = self._around.report, self._claim.sweep_id
        if report is None:
            return ()
        folder = self._around.store.reports(sweep_id)
        folder.mkdir(parents=True, exist_ok=True)
        row = self._ledger.sweep(sweep_id)
        read = self._ledger.results if row.done <= DRAWN_WHOLE else self._ledger.briefs
        try:
            results = read(sweep_id)
            return executor.submit(report, self._parts.sweep, results, folder).result()
        except KeyboardInterrupt:
            return ()
        except Exception as error:  # noqa: BLE001 - plots draw on packages that may raise anything
            self._around.watcher.said(f"no report: {type(error).__name__}: {error}")
            return ()

    def _drain(self, ending: Ending, artifacts: Sequence[Artifact]) -> int:
        """Let MLflow catch up; how many trials it still lacks."""
        self._shipper.put(self._end(ending, artifacts))
        try:
            return self._shipper.close(DRAIN_SECONDS)
        except KeyboardInterrupt:
            return self._shipper.close(0.0)
        except Exception as error:  # noqa: BLE001 - a bug in sending must not hide what was found
            self._around.watcher.said(f"MLflow lacks trials: {type(error).__name__}: {error}")
            return self._ledger.sweep(self._claim.sweep_id).unsent

    def _abandon(self) -> None:
        """After an error: what is kept stays, MLflow is told, the lease is given back."""
        try:
            self._ledger.end(self._claim, "failed", self._stopwatch.seconds)
            self._ledger.release(self._claim)
        except LeaseError:
            # Somebody else runs the sweep: its state, here and in MLflow, is theirs to tell.
            self._shipper.close(0.0)
            return
        self._shipper.put(self._end("failed", ()))
        self._shipper.close(DRAIN_SECONDS_AFTER_ERROR)
        resume = f"sweeps resume {self._claim.sweep_id}"
        self._around.watcher.said(f"what was done is kept; to go on: {resume}")

    def _end(self, ending: Ending | Literal["failed"], artifacts: Sequence[Artifact]) -> SweepEnd:
        row = self._ledger.sweep(self._claim.sweep_id)
        return remembering.sweep_end(
            self._parts.sweep,
            self._claim.sweep_id,
            ending,
            now_ms(),
            row.done,
            row.failed,
            self._journal.best,
            artifacts,
        )

    def _summary(self, ending: Ending, unsent: int, signal: int | None) -> Summary:
        row = self._ledger.sweep(self._claim.sweep_id)
        return Summary(
            sweep_id=row.sweep_id,
            name=row.name,
            ending=ending,
            done=row.done,
            failed=row.failed,
            best=self._journal.best,
            seconds=self._stopwatch.session_seconds,
            unsent=unsent,
            where=self._shipper.link,
            signal=signal,
        )

    def _shipped(self, numbers: Sequence[int]) -> None:
        self._ledger.shipped(self._claim.sweep_id, numbers)


def _opened(begun: Begun) -> OpenTrial:
    return OpenTrial(begun.trial, begun.attempt, begun.started_ms)
