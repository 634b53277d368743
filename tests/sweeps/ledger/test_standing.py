"""How sweeps of the queue stand, and how one ends that nobody runs; on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from sweeps import coordinator
from sweeps.lease import LeaseError
from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger import orders as ledger_orders
from sweeps.ledger.jobs import Job
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.standing import (
    brought_since,
    explain,
    give_up,
    served,
    standing_of,
    standings,
    withdraw,
)
from tests.sweeps.bench import RANDOM, Bench
from tests.sweeps.service.fake_launcher import Coordinated, submit


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    with closing(Ledger.open(ledger_url)) as ledger:
        yield ledger


def running(ledger: Ledger, sweep_id: str) -> Job:
    """Its job, taken on by a runner."""
    seen = ledger_jobs.job_of(ledger, sweep_id)
    assert seen is not None
    assert ledger_jobs.change(ledger, seen, state="running", runner="a:1:1", launched_ms=7)
    return replace(seen, state="running", runner="a:1:1", launched_ms=7)


def test_a_standing_is_a_job_and_its_sweep(ledger: Ledger) -> None:
    first, second = submit(ledger), submit(ledger, "bob")
    job = running(ledger, second)
    assert [stands.job.sweep_id for stands in standings(ledger, ["waiting"])] == [first]
    assert [stands.job for stands in standings(ledger, ["running", "held"])] == [job]
    stands = standing_of(ledger, second)
    assert stands is not None
    assert (stands.state, stands.holder, stands.begun) == ("queued", None, False)
    at_work = Coordinated.begun(ledger, second)
    ledger_orders.leave(ledger, second, "stop")
    stands = standing_of(ledger, second)
    assert stands is not None
    assert (stands.state, stands.command, stands.begun) == ("running", "stop", True)
    assert stands.holder == at_work.claim.owner
    at_work.dies()
    stands = standing_of(ledger, second)
    assert stands is not None
    assert (stands.state, stands.holder) == ("running", None)


def test_a_sweep_that_was_never_queued_has_no_standing(ledger: Ledger) -> None:
    claim = ledger.create(RANDOM, {"number": 0})
    assert standing_of(ledger, claim.sweep_id) is None


def test_what_a_session_has_brought(ledger: Ledger) -> None:
    sweep_id = submit(ledger)
    at_work = Coordinated.begun(ledger, sweep_id)
    assert not brought_since(ledger, sweep_id, 0)
    at_work.brings()
    ended_ms = ledger.trial(sweep_id, 0).ended_ms
    assert ended_ms is not None
    assert brought_since(ledger, sweep_id, ended_ms)
    assert not brought_since(ledger, sweep_id, ended_ms + 1)


def test_who_was_served_last(ledger: Ledger) -> None:
    submit(ledger, "cyd")
    for owner, launched_ms in (("ada", 5), ("ada", 9), ("bob", 7)):
        seen = ledger_jobs.job_of(ledger, submit(ledger, owner))
        assert seen is not None
        ledger_jobs.change(ledger, seen, state="over", launched_ms=launched_ms)
    assert served(ledger) == {"ada": 9, "bob": 7}


def test_a_queued_sweep_is_withdrawn_for_good(ledger: Ledger) -> None:
    sweep_id = submit(ledger)
    assert withdraw(ledger, sweep_id, "cancelled")
    row, job = ledger.sweep(sweep_id), ledger_jobs.job_of(ledger, sweep_id)
    assert job is not None
    assert (row.state, row.end_sent, job.state) == ("cancelled", True, "over")
    assert row.ended_ms is not None


def test_what_has_begun_is_not_withdrawn(ledger: Ledger) -> None:
    sweep_id = submit(ledger)
    at_work = Coordinated.begun(ledger, sweep_id)
    assert not withdraw(ledger, sweep_id, "stopped")
    at_work.ends("interrupted")
    assert not withdraw(ledger, sweep_id, "stopped")
    assert ledger.sweep(sweep_id).state == "interrupted"
    with pytest.raises(LookupError, match="no sweep 'nobody'"):
        withdraw(ledger, "nobody", "stopped")


def test_giving_up_says_why_and_shuts_the_last_holder_out(ledger: Ledger) -> None:
    sweep_id = submit(ledger)
    job = running(ledger, sweep_id)
    at_work = Coordinated.begun(ledger, sweep_id)
    assert not give_up(ledger, job, "why")
    at_work.dies()
    assert give_up(ledger, job, "why\x00")
    row = ledger.sweep(sweep_id)
    assert (row.state, row.cause, row.end_sent) == ("failed", "why\\x00", False)
    with pytest.raises(LeaseError):
        at_work.brings()
    assert not give_up(ledger, job, "once more")


def test_only_what_nobody_runs_and_should_run_is_explained(ledger: Ledger) -> None:
    run, queued, ended, removed = (submit(ledger) for _ in range(4))
    jobs = [running(ledger, sweep_id) for sweep_id in (run, queued, ended, removed)]
    at_work = Coordinated.begun(ledger, run)
    Coordinated.begun(ledger, ended).ends("interrupted", "its own cause")
    ledger.remove(removed)
    for job in jobs:
        explain(ledger, job, "the head is away")
    causes = [ledger.sweep(sweep_id).cause for sweep_id in (run, queued, ended)]
    assert causes == [None, None, "its own cause"]
    at_work.dies()
    explain(ledger, jobs[0], "the head is away\n")
    assert "\n" not in str(ledger.sweep(run).cause)
    explain(ledger, jobs[0], "")
    assert ledger.sweep(run).cause is None


def test_what_was_removed_is_not_given_up(ledger: Ledger) -> None:
    sweep_id = submit(ledger)
    job = running(ledger, sweep_id)
    ledger.remove(sweep_id)
    assert not give_up(ledger, job, "why")


@pytest.mark.parametrize("ending", ["finished", "out_of_time", "stopped", "cancelled"])
def test_what_had_ended_stays_what_it_was_when_its_job_is_given_up(
    ledger: Ledger, ending: str
) -> None:
    sweep_id = submit(ledger)
    Coordinated.begun(ledger, sweep_id).ends(ending)
    assert give_up(ledger, running(ledger, sweep_id), "why")
    row, job = ledger.sweep(sweep_id), ledger_jobs.job_of(ledger, sweep_id)
    assert job is not None
    assert (row.state, row.cause, job.state) == (ending, None, "over")


def test_what_its_session_said_of_a_failure_stays(ledger: Ledger) -> None:
    sweep_id = submit(ledger)
    job = running(ledger, sweep_id)
    at_work = Coordinated.begun(ledger, sweep_id)
    at_work.ends("failed", "ValueError: because")
    assert give_up(ledger, job, "because")
    assert ledger.sweep(sweep_id).cause == "ValueError: because"
    ledger_jobs.put_again(ledger, sweep_id, job.order, "resume", {})
    later = ledger_jobs.job_of(ledger, sweep_id)
    assert later is not None
    ledger_jobs.change(ledger, later, state="running", runner="a:1:1", launched_ms=2**50)
    later = ledger_jobs.job_of(ledger, sweep_id)
    assert later is not None
    assert give_up(ledger, later, "of another thing")
    assert ledger.sweep(sweep_id).cause == "of another thing"


def test_one_that_failed_before_it_could_begin_may_be_resumed(bench: Bench) -> None:
    with closing(bench.ledger()) as ledger:
        sweep_id = submit(ledger)
        assert give_up(ledger, running(ledger, sweep_id), "no such folder")
        assert ledger.sweep(sweep_id).state == "failed"
        ended = bench.resume(sweep_id)
        row = ledger.sweep(sweep_id)
    assert (ended.ending, ended.done) == ("finished", 10)
    assert (row.state, row.cause) == ("finished", None)


def test_a_session_that_was_outrun_does_nothing(bench: Bench) -> None:
    """What the job wanted may be done already, by the session that was launched after it."""
    with closing(bench.ledger()) as ledger:
        sweep_id = submit(ledger)
        running(ledger, sweep_id)
        with pytest.raises(LeaseError, match="another coordinator has been launched"):
            bench.resume(sweep_id, launched_ms=6)
        assert (ledger.sweep(sweep_id).state, ledger.sweep(sweep_id).holder) == ("queued", None)
        assert bench.resume(sweep_id, launched_ms=7).ending == "finished"
        over = ledger_jobs.job_of(ledger, sweep_id)
        assert over is not None
        assert ledger_jobs.change(ledger, over, state="over")
        with pytest.raises(LeaseError):
            coordinator.extend(sweep_id, 5, store=bench.store, launched_ms=7)
        with pytest.raises(LeaseError):
            coordinator.conclude(sweep_id, "stopped", store=bench.store, launched_ms=7)
        assert ledger.sweep(sweep_id).state == "finished"
        assert ledger.document(sweep_id)["search"]["trials"] == 10
