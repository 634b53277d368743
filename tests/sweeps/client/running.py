"""A runner that trains what waits with made-up scores, in a thread of the test's process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sweeps import coordinator
from sweeps.cli.plain_progress import PlainProgress
from sweeps.ledger.jobs import Job, change, job_of, jobs
from sweeps.service.running.session_log import log_file
from sweeps.store import Store
from tests.sweeps.client.listening import listening
from tests.sweeps.fakes import MemoryTracker
from tests.sweeps.service.api import MadeUpRunner, Service, service


@dataclass
class ThreadRunner(MadeUpRunner):
    """Runs one job after the other; with `gate` cleared, what waits goes on waiting."""

    store: Store = field(default_factory=Store.at)
    gate: threading.Event = field(default_factory=threading.Event)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    rounds: list[Future[None]] = field(default_factory=list)

    def wake(self) -> None:
        super().wake()
        self.rounds.append(self.pool.submit(self._round))

    def close(self) -> None:
        self.gate.set()
        self.pool.shutdown(wait=True)

    def _round(self) -> None:
        self.gate.wait()
        for job in jobs(self.ledger, ["waiting"]):
            self._run(job)

    def _run(self, job: Job) -> None:
        assert change(self.ledger, job, state="running", launched_ms=1, runner="here")
        log = log_file(self.store, job.sweep_id)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as stream:

            def write(line: str) -> None:
                stream.write(f"2026-11-21T15:00:00Z  {line}\n")
                stream.flush()

            write("MLflow is away for a moment")
            self._session(
                job,
                {"store": self.store, "tracker": MemoryTracker, "watcher": PlainProgress(write)},
            )
        seen = job_of(self.ledger, job.sweep_id)
        assert seen is not None
        assert change(self.ledger, seen, state="over")

    def _session(self, job: Job, options: Any) -> None:
        match job.wanted:
            case "retry":
                reasons = job.arguments["reasons"]
                coordinator.retry(job.sweep_id, reasons, workers=0, **options)
            case "extend":
                coordinator.extend(job.sweep_id, job.arguments["trials"], workers=0, **options)
            case "stop":
                coordinator.conclude(job.sweep_id, "stopped", **options)
            case "cancel":
                coordinator.conclude(job.sweep_id, "cancelled", **options)
            case _:
                coordinator.resume(job.sweep_id, workers=0, **options)


@dataclass
class Running:
    """A service that runs what it is given."""

    service: Service
    runner: ThreadRunner
    url: str


@contextmanager
def running(folder: Path, **settings: Any) -> Iterator[Running]:
    store = Store.at(folder)
    found = service(store, **settings)
    runner = ThreadRunner(found.ledger, store=store)
    runner.gate.set()
    object.__setattr__(found.desk, "runner", runner)
    with closing(found.ledger), closing(runner), listening(found.app) as url:
        yield Running(found, runner, url)
        runner.close()
        for finished in runner.rounds:
            finished.result()
