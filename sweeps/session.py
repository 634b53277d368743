"""One session of a sweep: everything it needs, put together, run, and taken down again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sweeps import remembering
from sweeps.backends.backend import Backend, Search
from sweeps.backends.choose import backend_for
from sweeps.checkpoint_keeper import CheckpointKeeper
from sweeps.executors.executor import Slots, executor_for
from sweeps.flight import Flight
from sweeps.interrupts import Interrupts
from sweeps.journal import Journal
from sweeps.lease import Claim, Heartbeat
from sweeps.ledger import Ledger
from sweeps.ledger_view import Begun, now_ms, told
from sweeps.loop import Loop
from sweeps.open_trial import OpenTrial
from sweeps.plan import Plan, plan_sweep
from sweeps.problem import Problem
from sweeps.stopwatch import Stopwatch
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.tasks.choose import task_for
from sweeps.trainers.choose import trainer_for
from sweeps.trainers.trainer import Trainer
from sweeps.trial import Result
from sweeps.watcher import Ending, Summary, Watcher
from tracking.records import Artifact
from tracking.shipping import Shipper
from tracking.tracker import Tracker

Report = Callable[[Sweep, Sequence[Result], Path], Sequence[Artifact]]
"""Draws what a sweep found into a folder, and says which files the parent run keeps."""

DRAIN_SECONDS = 60.0


@dataclass(frozen=True)
class Surroundings:
    """Where a session runs: what the user chose apart from the sweep itself."""

    store: Store
    workers: int
    watcher: Watcher
    tracker: Callable[[], Tracker]
    executor: Slots | None
    report: Report | None


@dataclass(frozen=True)
class Parts:
    """What a sweep's description stands for, built."""

    sweep: Sweep
    backend: Backend
    problem: Problem
    trainer: Trainer
    plan: Plan

    @classmethod
    def of(cls, sweep: Sweep) -> Parts:
        """Build everything that can be built before anything is written.

        Raises SpaceError or ValueError for names and options that nobody knows, and for a space
        that its backend cannot search or that its constraints refuse altogether.
        """
        task = task_for(sweep.task)
        return cls(
            sweep=sweep,
            backend=backend_for(sweep.search, sweep.space),
            problem=Problem(task, sweep.evaluate, sweep.objective, sweep.seed),
            trainer=trainer_for(sweep.trainer),
            plan=plan_sweep(sweep),
        )


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

    def run(self) -> Summary:
        """To the end, an interruption or an error; the ledger is left resumable in any case."""
        executor = self._around.executor or executor_for(
            self._around.workers, self._parts.trainer.environment
        )
        heartbeat = Heartbeat(lambda: self._ledger.renew(self._claim))
        ending: Ending = "interrupted"
        with Interrupts(self._around.watcher.said) as interrupts:
            try:
                self._announce()
                ending = self._loop(executor).run(interrupts)
            except KeyboardInterrupt:
                executor.kill()
            finally:
                heartbeat.close()
                self._ledger.end(self._claim, ending, self._stopwatch.seconds)
                if self._around.executor is None:
                    executor.shutdown(cancel_futures=True)
            return self._close(ending, interrupts.signal)

    def _announce(self) -> None:
        """Tell watcher and MLflow that the sweep runs; send MLflow what it missed."""
        sweep, sweep_id = self._parts.sweep, self._claim.sweep_id
        plan = self._parts.plan
        done = self._row.done + self._row.failed
        self._around.watcher.began(sweep_id, sweep.name, plan.trials, done)
        self._shipper.put(
            remembering.sweep_record(
                sweep, sweep_id, self._row.created_ms, self._parts.problem, plan.to_json()
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

    def _close(self, ending: Ending, signal: int | None) -> Summary:
        """Draw the report, let MLflow catch up, and sum up."""
        sweep, sweep_id = self._parts.sweep, self._claim.sweep_id
        results = self._ledger.results(sweep_id)
        artifacts: Sequence[Artifact] = ()
        if ending != "interrupted":
            self._checkpoints.clear()
            if self._around.report is not None:
                folder = self._around.store.reports(sweep_id)
                folder.mkdir(parents=True, exist_ok=True)
                artifacts = self._around.report(sweep, results, folder)
        self._shipper.put(
            remembering.sweep_end(sweep, sweep_id, ending, now_ms(), results, artifacts)
        )
        unsent = self._shipper.close(DRAIN_SECONDS)
        row = self._ledger.sweep(sweep_id)
        summary = Summary(
            sweep_id=sweep_id,
            name=sweep.name,
            ending=ending,
            done=row.done,
            failed=row.failed,
            best=self._journal.best,
            seconds=self._stopwatch.session_seconds,
            unsent=unsent,
            where=self._shipper.link,
            signal=signal,
        )
        self._around.watcher.ended(summary)
        return summary

    def _shipped(self, numbers: Sequence[int]) -> None:
        self._ledger.shipped(self._claim.sweep_id, numbers)


def _opened(begun: Begun) -> OpenTrial:
    return OpenTrial(begun.trial, begun.attempt, begun.started_ms)
