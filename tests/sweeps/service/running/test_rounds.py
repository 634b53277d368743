"""A runner's looks at the queue: what it takes on, and what others have."""

from __future__ import annotations

import pytest

from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger.jobs import Job
from sweeps.ledger.ledger import Ledger
from sweeps.service.running import rounds, standing
from sweeps.service.running.view import View
from tests.sweeps.service.fake_launcher import Coordinated, submit
from tests.sweeps.service.running.looks import Clock, Service


def test_a_sweep_is_taken_on_run_and_done(service: Service) -> None:
    sweep_id = submit(service.ledger)
    view = service.look()
    assert (view.used, view.here, view.order) == (1, (sweep_id,), ())
    job = service.job(sweep_id)
    assert (job.state, job.runner is None, service.last.job) == ("running", False, job)
    at_work = Coordinated.begun(service.ledger, sweep_id)
    assert service.look().used == 1
    at_work.ends("finished")
    assert service.look().used == 1  # its process has not ended
    service.last.alive = False
    assert service.look() == View(2, 0, {"0": None, "1": None}, (), ())
    assert service.state(sweep_id) == ("over", "finished")
    assert len(service.launcher.launched) == 1


def test_slots_are_not_exceeded(service: Service) -> None:
    ids = [submit(service.ledger, owner) for owner in "abcd"]
    view = service.look()
    assert (view.used, list(view.here), list(view.order)) == (2, ids[:2], ids[2:])
    assert service.look() == view
    assert service.launcher.ids == ids[:2]


def test_gpus_are_given_one_by_one_and_taken_back(service: Service) -> None:
    ids = [submit(service.ledger, owner, gpus=1) for owner in "ab"]
    view = service.look()
    assert view.gpus == {"0": ids[0], "1": ids[1]}
    assert [one.gpus for one in service.launcher.launched] == [("0",), ("1",)]
    assert service.job(ids[1]).given == ("1",)
    Coordinated.begun(service.ledger, ids[0]).ends("finished")
    service.launcher.launched[0].alive = False
    third = submit(service.ledger, "c", gpus=1)
    assert service.look().gpus == {"0": third, "1": ids[1]}


def test_a_job_never_has_more_workers_than_there_are_slots(service: Service) -> None:
    submit(service.ledger, workers=9)
    assert service.look().used == 2
    assert service.last.job.order.workers == 2


@pytest.mark.parametrize("ending", ["failed", "stopped", "cancelled", "out_of_time"])
def test_however_it_ends_it_is_over(service: Service, ending: str) -> None:
    sweep_id = submit(service.ledger)
    service.look()
    Coordinated.begun(service.ledger, sweep_id).ends(ending, "so")
    service.last.alive = False
    service.look()
    assert service.state(sweep_id) == ("over", ending)


def left_behind(service: Service, sweep_id: str, **marks: object) -> None:
    """As by a service of this machine that was killed."""
    gone = service.job(sweep_id).runner or "host:1:1"
    host = gone.split(":")[0]
    dead = {"runner": f"{host}:4194999:1", **marks}
    assert ledger_jobs.change(service.ledger, service.job(sweep_id), **dead)
    service.rounds.here.clear()


def test_what_a_dead_service_left_is_adopted_while_it_lives(service: Service) -> None:
    ids = [submit(service.ledger, owner, gpus=1) for owner in "ab"]
    service.look()
    at_work = [Coordinated.begun(service.ledger, sweep_id) for sweep_id in ids]
    for sweep_id in ids:
        left_behind(service, sweep_id)
    submit(service.ledger, "c")
    view = service.look()
    assert (view.used, view.here, set(view.adopted)) == (2, (), set(ids))
    assert view.gpus == {"0": ids[0], "1": ids[1]}
    at_work[0].ends("finished")
    view = service.look()
    assert (view.adopted, len(view.here), view.gpus["0"]) == ((ids[1],), 1, None)
    assert service.state(ids[0]) == ("over", "finished")


@pytest.mark.parametrize("had_begun", [False, True])
def test_what_a_dead_service_left_dead_goes_on(service: Service, had_begun: bool) -> None:
    sweep_id = submit(service.ledger)
    service.look()
    if had_begun:
        Coordinated.begun(service.ledger, sweep_id).dies()
    left_behind(service, sweep_id)
    view = service.look()
    assert view.here == (sweep_id,)
    assert service.job(sweep_id).tries == 0  # who killed the service is to blame, not the sweep


def test_another_service_that_lives_is_left_alone(service: Service, clock: Clock) -> None:
    """Its coordinator may be on its way to the lease; for a minute nobody takes it away."""
    sweep_id = submit(service.ledger)
    service.look()
    elsewhere = {"runner": "another:1:1"}
    assert ledger_jobs.change(service.ledger, service.job(sweep_id), **elsewhere)
    service.rounds.here.clear()
    view = service.look()
    assert (view.used, view.here, view.adopted) == (0, (), ())
    clock.now_ms += standing.ELSEWHERE_MS
    assert service.look().here == (sweep_id,)


def test_two_services_on_one_ledger_take_no_job_twice(service: Service) -> None:
    other = Service(service.ledger, service.settings)
    other.rounds._me = "another:1:1"
    ids = [submit(service.ledger, owner) for owner in "abcdef"]
    for _ in range(2):
        service.look()
        other.look()
    taken = service.launcher.ids + other.launcher.ids
    assert sorted(taken) == sorted(ids[:4])
    assert len(service.launcher.ids) == 2


def test_what_this_runner_took_on_but_never_launched_is_launched(service: Service) -> None:
    sweep_id = submit(service.ledger)
    service.look()
    service.rounds.here.clear()
    assert service.look().here == (sweep_id,)
    assert len(service.launcher.launched) == 2


def test_a_job_that_somebody_else_took_meanwhile_is_theirs(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [submit(service.ledger, owner) for owner in "ab"]

    def stale(ledger: Ledger, states: object) -> list[Job]:
        found = ledger_jobs.jobs(ledger, ["waiting"])
        ledger_jobs.change(ledger, found[0], state="running", runner="another:1:1", launched_ms=1)
        return found

    monkeypatch.setattr(rounds, "jobs", stale)
    assert service.look().here == (ids[1],)


def test_a_sweep_that_somebody_runs_from_a_terminal_takes_no_slot(service: Service) -> None:
    """Its coordinator here finds it held and ends; the job is over when the other has run it."""
    sweep_id = submit(service.ledger)
    service.look()
    other = Coordinated.begun(service.ledger, sweep_id)
    service.last.alive = False
    assert service.look().used == 0
    assert not service.rounds.anything_ended()
    assert service.state(sweep_id) == ("running", "running")
    other.ends("finished")
    service.look()
    assert service.state(sweep_id) == ("over", "finished")
    assert len(service.launcher.launched) == 1


def test_nothing_begins_when_nothing_shall(service: Service) -> None:
    sweep_id = submit(service.ledger)
    view = service.rounds.go(begin=False)
    assert (view.used, view.order) == (0, (sweep_id,))
    assert service.job(sweep_id).state == "waiting"
