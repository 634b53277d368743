"""A service for one test: its API over a real ledger, with made-up runner, sweeps and trials."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import FastAPI

from sweeps.lease import Claim
from sweeps.ledger.jobs import Order, change, enqueue, job_of, jobs
from sweeps.ledger.ledger import Ledger
from sweeps.reading.strict_yaml import read_yaml
from sweeps.reading.sweep import read_sweep
from sweeps.service.app import create_app
from sweeps.service.desk import Admit, Desk
from sweeps.service.running.view import View
from sweeps.service.settings import Allowed, Settings
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.trial import Failure, Result, Trial

with warnings.catch_warnings():
    # Starlette would rather have a successor of httpx that nothing else here needs.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

FILE = """\
name: widths
task: penguins
space:
  width: {low: 1, high: 500}
  learning_rate: {low: 0.001, high: 0.1}
search: {backend: random, trials: 10, batch: 4}
"""
SWEEP = read_sweep(read_yaml(FILE.encode(), "sweep.yaml").value)


@dataclass
class MadeUpRunner:
    """Runs nothing: what waits stays in the order in which it was submitted."""

    ledger: Ledger
    slots: int = 2
    alive: bool = True
    draining: bool = False
    trouble: str | None = None
    woken: int = 0
    gpus: Mapping[str, str | None] = field(default_factory=dict)

    def wake(self) -> None:
        self.woken += 1

    def view(self) -> View:
        order = tuple(job.sweep_id for job in jobs(self.ledger, ["waiting"]))
        running = len(jobs(self.ledger, ["running"]))
        return View(
            self.slots, running, self.gpus, (), (), order, self.draining, trouble=self.trouble
        )


def admit(text: bytes, file_name: str, overrides: Sequence[str], allowed: Allowed) -> Sweep:
    """Any sweep that can be read; `overrides` are forgotten."""
    return read_sweep(read_yaml(text, file_name).value)


def result(number: int, score: float | None = 0.5, confirms: int | None = None) -> Result:
    """Of a trial; without a score it has diverged."""
    config = {"width": 10 + number, "learning_rate": 0.01}
    trial = Trial(number, config, None, None, confirms)
    if score is None:
        failure = Failure("diverged", "loss became nan in epoch 3")
        return Result(trial, None, {}, {}, 0.1, error=failure)
    return Result(trial, score, {"val_accuracy": score}, {"loss": (0.7, 0.3)}, 0.25)


@dataclass
class Service:
    """An API in this process, and what is behind it."""

    app: FastAPI
    client: TestClient
    desk: Desk
    ledger: Ledger
    store: Store
    runner: MadeUpRunner

    def submitted(self, sweep: Sweep = SWEEP, owner: str = "local", **order: Any) -> str:
        """A sweep that waits in the queue."""
        return enqueue(self.ledger, sweep, Order(owner, "", **order))[0].sweep_id

    def begun(self, sweep_id: str, results: Sequence[Result] = (), running: int = 0) -> Claim:
        """Its session has begun, and some of its trials have ended; this process holds it."""
        job = job_of(self.ledger, sweep_id)
        if job is not None and job.state == "waiting":
            assert change(self.ledger, job, state="running", launched_ms=1, runner="here")
        claim = self.ledger.claim(sweep_id)
        self.ledger.start(claim, SWEEP, {"next": 1}, None)
        open_ones = [result(len(results) + place).trial for place in range(running)]
        if trials := [*(one.trial for one in results), *open_ones]:
            self.ledger.begin(claim, trials, {"next": 2})
        if results:
            self.ledger.commit(claim, [(one, 1) for one in results], {"next": 2}, spent=1.5)
        return claim

    def ended(
        self, results: Sequence[Result] = (), state: str = "finished", owner: str = "local"
    ) -> str:
        """A sweep that nobody runs any more."""
        sweep_id = self.submitted(replace(SWEEP), owner)
        claim = self.begun(sweep_id, results)
        self.ledger.end(claim, state, spent=2.0, cause="no disk" if state == "failed" else None)
        self.ledger.release(claim)
        job = job_of(self.ledger, sweep_id)
        assert job is not None
        assert change(self.ledger, job, state="over")
        return sweep_id


def service(store: Store, admitted: Admit = admit, **settings: Any) -> Service:
    """One whose settings are these."""
    ledger = Ledger.open(store.ledger_url)
    runner = MadeUpRunner(ledger)
    chosen = Settings(store, slots=2, **settings)
    desk = Desk(chosen, store, ledger, runner, admitted)
    app = create_app(desk, chosen)
    client = TestClient(app, base_url="http://127.0.0.1:8765", raise_server_exceptions=False)
    return Service(app, client, desk, ledger, store, runner)
