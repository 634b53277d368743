"""The queue in the ledger, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger.jobs import KeyTakenError, Order
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import QUEUED
from tests.sweeps.bench import RANDOM, Bench

ORDER = Order("ada", "d1", workers=2, priority=3, client_key="k1")


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    with closing(Ledger.open(ledger_url)) as ledger:
        yield ledger


def test_a_queued_sweep_is_there_and_nobody_runs_it(ledger: Ledger) -> None:
    job, new = ledger_jobs.enqueue(ledger, RANDOM, ORDER)
    row = ledger.sweep(job.sweep_id)
    assert (new, row.state, row.holder, row.ended) == (True, QUEUED, None, 0)
    assert ledger_jobs.jobs(ledger, ["waiting"]) == [job]
    assert ledger_jobs.job_of(ledger, job.sweep_id) == job


def test_one_key_is_one_submission(ledger: Ledger) -> None:
    first, _ = ledger_jobs.enqueue(ledger, RANDOM, ORDER)
    assert ledger_jobs.enqueue(ledger, RANDOM, ORDER) == (first, False)
    other, new = ledger_jobs.enqueue(ledger, RANDOM, replace(ORDER, owner="bob"))
    assert new
    assert other.sweep_id != first.sweep_id
    with pytest.raises(KeyTakenError, match=f"'k1' was used before, for sweep {first.sweep_id}"):
        ledger_jobs.enqueue(ledger, RANDOM, replace(ORDER, digest="d2"))
    assert len(ledger.sweeps()) == 2


def test_it_begins_as_a_new_sweep_does(bench: Bench) -> None:
    with closing(bench.ledger()) as ledger:
        job, _ = ledger_jobs.enqueue(ledger, RANDOM, ORDER)
        ended = bench.resume(job.sweep_id)
        assert (ended.ending, ended.done) == ("finished", 10)
        trained = [(one.trial.config, one.score) for one in ledger.results(job.sweep_id)]
        assert ledger.provenance(job.sweep_id) is not None
    alone = bench.results(bench.run().sweep_id)
    assert trained == [(one.trial.config, one.score) for one in alone]


def test_of_two_changes_to_what_both_have_seen_one_counts(ledger: Ledger) -> None:
    seen, _ = ledger_jobs.enqueue(ledger, RANDOM, ORDER)
    assert ledger_jobs.change(ledger, seen, state="running", runner="a", launched_ms=1)
    assert not ledger_jobs.change(ledger, seen, state="running", runner="b", launched_ms=2)
    now = ledger_jobs.job_of(ledger, seen.sweep_id)
    assert now is not None
    assert now.runner == "a"
    assert ledger_jobs.change(ledger, now, state="over")


def test_what_is_over_is_put_in_again_once(ledger: Ledger) -> None:
    seen, _ = ledger_jobs.enqueue(ledger, RANDOM, ORDER)
    again = ledger, seen.sweep_id, Order("bob", "d"), "extend", {"trials": 3}
    assert ledger_jobs.put_again(*again) is None  # it waits already
    ledger_jobs.change(ledger, seen, state="over")
    job = ledger_jobs.put_again(*again)
    assert job is not None
    assert (job.wanted, job.arguments, job.order.owner) == ("extend", {"trials": 3}, "bob")
    assert ledger_jobs.put_again(*again) is None


def test_a_sweep_that_is_removed_takes_its_job_along(ledger: Ledger) -> None:
    job, _ = ledger_jobs.enqueue(ledger, RANDOM, ORDER)
    ledger.remove(job.sweep_id)
    assert ledger_jobs.job_of(ledger, job.sweep_id) is None


def test_who_comes_first_is_first_within_a_millisecond_too(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweeps.clock.wall_ms", lambda: 1_700_000_000_000)
    ids = [
        ledger_jobs.enqueue(ledger, RANDOM, replace(ORDER, client_key=None))[0].sweep_id
        for _ in range(8)
    ]
    assert [job.sweep_id for job in ledger_jobs.jobs(ledger, ["waiting"])] == ids
