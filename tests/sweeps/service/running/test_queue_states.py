"""Two services on one queue, whatever happens to them, to coordinators and to users, in any order.

Coordinators are made up (see `fake_launcher`); the ledger, and all that services do to it, is real.
"""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from sweeps.lease import LeaseError
from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger import orders as ledger_orders
from sweeps.ledger import schema
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import FINAL
from sweeps.ledger.standing import withdraw
from sweeps.service.running import rounds
from sweeps.service.running.rounds import Rounds
from sweeps.service.settings import Settings
from sweeps.store import Store
from tests.sweeps.service.fake_launcher import Coordinated, FakeLauncher, FakeRunning, submit
from tests.sweeps.state_machine import let_loose

SLOTS = 2
WHICH = st.integers(0, 50)
AT_LEAST = 10
"""Trials that a sweep may have; each extension adds one."""


class Queues(RuleBasedStateMachine):
    """Services, coordinators and users."""

    ledger: Ledger
    folder: Path

    @initialize()
    def nothing_yet(self) -> None:
        with self.ledger.changing() as connection:
            for table in (schema.trial, schema.job, schema.sweep):
                connection.execute(table.delete())
        self.now = 1_000_000_000_000
        self.names = iter(range(1, 1_000_000))
        self.dead: set[str] = set()
        vars(rounds).update(wall_ms=lambda: self.now, surely_dead=self.dead.__contains__)
        self.services = [self._service(), self._service()]
        self.all: list[FakeRunning] = []
        self.holding: dict[int, Coordinated] = {}
        self.extended: Counter[str] = Counter()

    def _service(self) -> tuple[Rounds, FakeLauncher]:
        launcher = FakeLauncher()
        found = Rounds(
            Settings(Store.at(self.folder), slots=SLOTS), self.ledger, launcher, lambda _: None
        )
        found._me = f"host:{next(self.names)}:1"
        return found, launcher

    @rule(owner=st.sampled_from("abc"), workers=st.integers(1, 3))
    def submits(self, owner: str, workers: int) -> None:
        submit(self.ledger, owner, workers=workers)

    @rule(which=st.integers(0, 1))
    def looks(self, which: int) -> None:
        found, launcher = self.services[which]
        before = len(launcher.launched)
        found.go(begin=True)
        self.all += launcher.launched[before:]
        # What another service has left behind comes on top of that, and so does for a moment a
        # coordinator whose job was withdrawn.
        now = ledger_jobs.jobs(self.ledger, ["running"])
        running = {(job.sweep_id, job.launched_ms) for job in now}
        here = [one.job for one in found.here.values()]
        jobs = [job for job in here if (job.sweep_id, job.launched_ms) in running]
        assert sum(0 if job.concludes else job.order.workers for job in jobs) <= SLOTS

    @rule(which=st.integers(0, 1))
    def is_killed_and_started_again(self, which: int) -> None:
        self.dead.add(self.services[which][0]._me)
        self.services[which] = self._service()

    @rule(seconds=st.sampled_from([1, 30, 120]))
    def time_passes(self, seconds: int) -> None:
        self.now += 1000 * seconds

    @property
    def _alive(self) -> list[int]:
        return [at for at, one in enumerate(self.all) if one.alive]

    @precondition(lambda self: self._alive)
    @rule(which=WHICH)
    def a_coordinator_begins(self, which: int) -> None:
        """Or finds that it has no business there."""
        at = self._alive[which % len(self._alive)]
        if at not in self.holding:
            self._begins(at)

    def _begins(self, at: int, *, halfway: bool = False) -> None:
        """With `halfway`, it dies when it has done what was wanted first."""
        one = self.all[at]
        sweep_id = one.job.sweep_id
        try:
            claim = self.ledger.claim(sweep_id)
        except LeaseError:
            one.alive = False
            return
        now = ledger_jobs.job_of(self.ledger, sweep_id)
        outrun = now is None or now.state != "running" or now.launched_ms != one.job.launched_ms
        if outrun or self.ledger.sweep(sweep_id).state in FINAL:
            self.ledger.release(claim)
            one.alive = False
            return
        if one.job.concludes:
            ending = "stopped" if one.job.wanted == "stop" else "cancelled"
            Coordinated(self.ledger, claim).ends(ending)
            one.alive = False
            return
        if one.job.wanted == "extend":
            ledger_orders.extend(self.ledger, claim, one.job.arguments["trials"])
        self.ledger.release(claim)
        if halfway:
            one.alive = False
            return
        self.holding[at] = Coordinated.begun(self.ledger, sweep_id)

    @precondition(lambda self: self._alive)
    @rule(
        which=WHICH, how=st.sampled_from(["finished", "finished", "interrupted", "failed", "dies"])
    )
    def a_coordinator_ends(self, which: int, how: str) -> None:
        at = self._alive[which % len(self._alive)]
        self.all[at].alive = False
        at_work = self.holding.pop(at, None)
        if at_work is not None:
            at_work.dies() if how == "dies" else at_work.ends(how)

    @precondition(lambda self: self._alive)
    @rule(which=WHICH)
    def a_coordinator_dies_between_its_wish_and_its_work(self, which: int) -> None:
        at = self._alive[which % len(self._alive)]
        if at not in self.holding:
            self._begins(at, halfway=True)

    @precondition(lambda self: self.ledger.sweeps())
    @rule(
        which=WHICH, wish=st.sampled_from(["hold", "let go", "cancel", "extend", "extend", "stop"])
    )
    def somebody_wishes(self, which: int, wish: str) -> None:
        rows = self.ledger.sweeps()
        row = rows[which % len(rows)]
        job = ledger_jobs.job_of(self.ledger, row.sweep_id)
        assert job is not None
        if wish == "hold" and job.state == "waiting":
            assert ledger_jobs.change(self.ledger, job, state="held")
        elif wish == "let go" and job.state == "held":
            assert ledger_jobs.change(self.ledger, job, state="waiting")
        elif wish == "cancel":
            withdraw(self.ledger, row.sweep_id, "cancelled")
        elif wish == "extend" and job.state == "over" and row.state not in FINAL:
            if ledger_jobs.put_again(self.ledger, row.sweep_id, job.order, "extend", {"trials": 1}):
                self.extended[row.sweep_id] += 1
        elif wish == "stop" and job.state == "over" and row.state not in FINAL:
            ledger_jobs.put_again(self.ledger, row.sweep_id, job.order, "stop", {})

    @rule(which=st.integers(0, 1), halfway=st.booleans())
    def as_most_of_a_life_is(self, which: int, halfway: bool) -> None:
        """What runs is finished, and what has finished is extended; that may break off."""
        self.looks(which)
        for at in self._alive:
            if at not in self.holding:
                self._begins(at)
            if at in self.holding:
                self.holding.pop(at).ends("finished")
            self.all[at].alive = False
        self.looks(which)
        for number in range(len(self.ledger.sweeps())):
            self.somebody_wishes(number, "extend")
        self.looks(which)
        for at in self._alive if halfway else ():
            self._begins(at, halfway=True)

    @invariant()
    def nothing_is_done_twice(self) -> None:
        for row in self.ledger.sweeps():
            trials = self.ledger.document(row.sweep_id)["search"]["trials"]
            assert trials <= AT_LEAST + self.extended[row.sweep_id]
        held = [self.all[at].job.sweep_id for at in self.holding]
        assert len(held) == len(set(held))

    def teardown(self) -> None:
        """In the end everything gets its end, if nothing more happens to anybody."""
        if not hasattr(self, "all"):
            return
        for _ in range(200):
            self.now += 120_000
            for which in range(2):
                self.looks(which)
            for job in ledger_jobs.jobs(self.ledger, ["held"]):
                ledger_jobs.change(self.ledger, job, state="waiting")
            for at in self._alive:
                if at not in self.holding:
                    self._begins(at)
                if at in self.holding:
                    self.holding.pop(at).ends("finished")
                self.all[at].alive = False
            if not ledger_jobs.jobs(self.ledger, ["waiting", "running", "held"]):
                break
        else:
            raise AssertionError(ledger_jobs.jobs(self.ledger, ["waiting", "running", "held"]))
        for row in self.ledger.sweeps():
            assert row.state in ("finished", "failed", *FINAL)
            if row.state not in FINAL:
                trials = self.ledger.document(row.sweep_id)["search"]["trials"]
                assert trials == AT_LEAST + self.extended[row.sweep_id]


def check(folder: Path, monkeypatch: pytest.MonkeyPatch, examples: int, steps: int) -> None:
    monkeypatch.setattr(rounds, "wall_ms", int)
    monkeypatch.setattr(rounds, "surely_dead", bool)
    with closing(Ledger.open(f"sqlite:///{folder}/ledger.db")) as ledger:
        let_loose(Queues, examples, steps, ledger=ledger, folder=folder)


def test_nothing_is_lost_and_nothing_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(tmp_path, monkeypatch, examples=6, steps=25)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_nothing_is_lost_and_nothing_doubled_for_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(tmp_path, monkeypatch, examples=25, steps=40)
