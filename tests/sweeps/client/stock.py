"""A store with sweeps of every kind and state, made once for many looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import update

from sweeps import coordinator, parts
from sweeps.lease import Claim
from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger import schema
from sweeps.ledger.jobs import Order
from sweeps.ledger.ledger import Ledger
from sweeps.reading.strict_yaml import read_yaml
from sweeps.reading.sweep import read_sweep
from sweeps.reports import sweep_report
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.trainers.trainer import Trainer
from sweeps.trial import Trial
from tests.sweeps.cli.test_confirmed import CONFIRMED
from tests.sweeps.cli.test_front_lines import TWO, Sized
from tests.sweeps.cli.test_pruned import SWEEP as PRUNED
from tests.sweeps.fakes import FakeTrainer, MemoryTracker
from tests.sweeps.tiny_task import TinyTask

SMALL = """\
name: {name}
task: penguins
space: {{width: [16, 32, 64], epochs: 2}}
"""

NOTIFIED = """\
notify:
  - webhook: https://hooks.example.org/what-is-secret
  - {command: [/bin/true, what-is-secret], on: [end]}
"""
"""Addresses that a service does not tell: its clients read the description all the same."""


def described(text: str) -> Sweep:
    return read_sweep(read_yaml(text.encode(), "s.yaml").value)


@dataclass
class Stock:
    """The store, and the id of each sweep by what is special about it."""

    store: Store
    ids: dict[str, str]

    def run(self, name: str, text: str, trainer: Trainer) -> None:
        with trained_with(trainer):
            sweep = described(text)
            done = coordinator.run(sweep, store=self.store, tracker=MemoryTracker, workers=0)
        self.ids[name] = done.sweep_id

    def left(self, name: str, ledger: Ledger, *states: str) -> Claim:
        """A sweep that has begun a trial and is in this state."""
        claim = ledger.create(described(SMALL.format(name=name)), {})
        ledger.begin(claim, [Trial(0, {"width": 16, "epochs": 2})], {})
        for state in states:
            ledger.end(claim, state, 1.0)
            ledger.release(claim)
        self.ids[name] = claim.sweep_id
        return claim

    def queued(self, name: str, ledger: Ledger, owner: str, priority: int = 0) -> None:
        sweep = described(SMALL.format(name=name) + NOTIFIED)
        order = Order(owner, "", priority=priority)
        self.ids[name] = ledger_jobs.enqueue(ledger, sweep, order)[0].sweep_id


def stocked(folder: Path) -> Stock:
    stock = Stock(Store.at(folder), {})
    stock.run("done", SMALL.format(name="done"), FakeTrainer())
    stock.run("failing", SMALL.format(name="failing"), FakeTrainer(failing=frozenset({2})))
    stock.run("hopeless", SMALL.format(name="hopeless"), FakeTrainer(failing=frozenset(range(9))))
    stock.run("pruned", PRUNED.replace("small", "pruned"), FakeTrainer(failing=frozenset({5})))
    stock.run("front", TWO.replace("small", "front"), Sized())
    stock.run("confirmed", CONFIRMED, FakeTrainer(failing=frozenset({3, 7})))
    with closing(Ledger.open(stock.store.ledger_url)) as ledger:
        stock.left("interrupted", ledger, "interrupted")
        stock.left("stopped", ledger, "stopped")
        stock.left("running", ledger)
        crashed = stock.left("crashed", ledger)
        with ledger.changing() as connection:
            its_own = schema.sweep.c.id == crashed.sweep_id
            connection.execute(update(schema.sweep).where(its_own).values(lease_until_ms=1))
        stock.queued("first", ledger, "ann")
        stock.queued("second", ledger, "bob", priority=-2)
    return stock


@contextmanager
def trained_with(trainer: Trainer) -> Iterator[Callable[[Trainer], None]]:
    """Within it, trials are made up; gives a way to change by whom."""
    with pytest.MonkeyPatch.context() as patch:

        def change(other: Trainer) -> None:
            patch.setattr(parts, "trainer_for", lambda *_: other)

        patch.setattr(parts, "task_for", lambda *_: TinyTask())
        patch.setattr("tracking.mlflow_tracker.MlflowTracker", lambda uri: MemoryTracker())
        patch.setattr(sweep_report, "sweep_report", lambda *_: [])
        change(trainer)
        yield change
