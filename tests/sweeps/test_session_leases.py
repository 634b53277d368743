"""A session whose sweep was taken over by another."""

from __future__ import annotations

import signal
import threading

import pytest

from sweeps.lease import LeaseError
from sweeps.problem import Problem
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Outcome, Result
from tests.sweeps.bench import Bench
from tests.sweeps.fakes import FakeTrainer, RecordingWatcher
from tracking.records import SweepEnd


def test_a_coordinator_that_lost_its_sweep_leaves_it_and_everything_else_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_over(result: Result) -> None:
        if result.trial.number == 2:
            monkeypatch.setattr("sweeps.ledger.records.surely_dead", lambda owner: True)
            ledger = bench.ledger()
            ledger.claim(ledger.sweeps()[0].sweep_id)
            ledger.close()

    with pytest.raises(LeaseError, match="taken over"):
        bench.run(watcher=RecordingWatcher(on_result=take_over))
    assert not any(isinstance(record, SweepEnd) for record in bench.tracker.records)
    names = {thread.name for thread in threading.enumerate()}
    assert not names & {"tracking", "sweeps-heartbeat", "sweeps-interrupts"}


class Endless(FakeTrainer):
    """Trial 3 takes as long as nobody ends it; `reached` tells that it has begun."""

    reached = threading.Event()

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        if pack.fits[0].trial.number == 3:
            self.reached.set()
            threading.Event().wait(60)
        return super().train(pack, problem, progress)


def test_a_lost_lease_ends_what_is_under_way(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr("sweeps.lease.LEASE_MS", 3000)

    def take_over() -> None:
        assert Endless.reached.wait(20)
        monkeypatch.setattr("sweeps.ledger.records.surely_dead", lambda owner: True)
        ledger = bench.ledger()
        ledger.claim(ledger.sweeps()[0].sweep_id)
        ledger.close()

    bench.train_with(Endless())
    other = threading.Thread(target=take_over)
    other.start()
    with pytest.raises(LeaseError, match="taken over"):
        bench.run()
    other.join()
    assert signal.getsignal(signal.SIGINT) is before
