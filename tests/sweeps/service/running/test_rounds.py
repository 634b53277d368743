"""A runner's looks at the queue, with coordinators that are made up and a real ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sweeps import ledger_jobs, ledger_orders
from sweeps.clock import wall_ms
from sweeps.ledger import Ledger
from sweeps.ledger_jobs import Job, Wanted
from sweeps.ledger_standing import intend, standing_of, withdraw
from sweeps.service.running import rounds, standing
from sweeps.service.running.rounds import Rounds
from sweeps.service.running.view import View
from sweeps.service.settings import Settings
from sweeps.store import Store
from tests.sweeps.service.fake_launcher import Coordinated, FakeLauncher, FakeRunning, submit


@dataclass
class Service:
    """A runner's rounds, and the clock that they go by."""

    ledger: Ledger
    settings: Settings
    said: list[str] = field(default_factory=list)
    launcher: FakeLauncher = field(default_factory=FakeLauncher)

    def __post_init__(self) -> None:
        self.rounds = Rounds(self.settings, self.ledger, self.launcher, self.said.append)

    def look(self) -> View:
        return self.rounds.go(begin=True)

    @property
    def last(self) -> FakeRunning:
        return self.launcher.launched[-1]

    def job(self, sweep_id: str) -> Job:
        found = ledger_jobs.job_of(self.ledger, sweep_id)
        assert found is not None
        return found

    def state(self, sweep_id: str) -> tuple[str, str]:
        return self.job(sweep_id).state, self.ledger.sweep(sweep_id).state


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    with closing(Ledger.open(ledger_url)) as ledger:
        yield ledger


@pytest.fixture
def service(ledger: Ledger, tmp_path: Path) -> Service:
    return Service(ledger, Settings(Store.at(tmp_path), slots=2, gpus=("0", "1")))


class Clock:
    """Milliseconds that a test lets pass."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(wall_ms())
    monkeypatch.setattr(rounds, "wall_ms", clock)
    return clock


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


def test_a_session_that_was_interrupted_is_followed_by_another(service: Service) -> None:
    sweep_id = submit(service.ledger)
    service.look()
    Coordinated.begun(service.ledger, sweep_id).ends("interrupted")
    service.last.alive = False
    service.look()
    assert service.launcher.ids == [sweep_id, sweep_id]
    assert service.job(sweep_id).tries == 0


def test_a_session_that_brought_something_counts_as_none_that_died(service: Service) -> None:
    sweep_id = submit(service.ledger)
    service.look()
    at_work = Coordinated.begun(service.ledger, sweep_id)
    at_work.brings()
    at_work.dies()
    service.last.alive = False
    service.look()
    assert service.launcher.ids == [sweep_id, sweep_id]
    assert service.job(sweep_id).tries == 0


def test_five_sessions_that_die_at_once_are_enough(service: Service, clock: Clock) -> None:
    sweep_id = submit(service.ledger)
    pauses = []
    for _ in range(standing.MOST_TRIES):
        service.look()
        service.last.alive = False
        began = clock.now_ms
        service.look()
        while service.job(sweep_id).state == "waiting":
            clock.now_ms += 500
            service.look()
        pauses.append((clock.now_ms - began) // 1000)
    assert len(service.launcher.launched) == standing.MOST_TRIES
    assert pauses == [1, 2, 4, 8, 0]
    row = service.ledger.sweep(sweep_id)
    said = "5 coordinators in a row ended at once; the last: it fell over"
    assert (row.state, row.cause, row.holder) == ("failed", said, None)
    assert service.job(sweep_id).state == "over"
    assert service.said == [f"sweep {sweep_id} is given up after 5 tries: it fell over"]


def test_one_that_lived_for_long_did_not_die_at_once(service: Service, clock: Clock) -> None:
    sweep_id = submit(service.ledger)
    for _ in range(2 * standing.MOST_TRIES):
        service.look()
        clock.now_ms += standing.AT_ONCE_MS
        service.last.alive = False
        service.look()
    assert service.job(sweep_id).tries == 0


def test_who_is_excused_is_tried_for_ever(service: Service, clock: Clock) -> None:
    sweep_id = submit(service.ledger)
    for _ in range(2 * standing.MOST_TRIES):
        service.look()
        service.last.alive, service.last.excused = False, True
        service.look()
        assert service.job(sweep_id).state == "waiting"
        clock.now_ms += standing.EXCUSED_PAUSE_MS
    service.look()
    assert (service.job(sweep_id).state, service.job(sweep_id).tries) == ("running", 0)


@pytest.mark.parametrize(
    ("failing", "why"),
    [
        (OSError("no more processes"), "no more processes"),
        (EOFError(), "EOFError"),  # the fork server could not fork, and ended
    ],
)
def test_a_launch_that_fails_is_tried_later(
    service: Service, clock: Clock, failing: Exception, why: str
) -> None:
    sweep_id = submit(service.ledger)
    service.launcher.failing = failing
    assert service.look().used == 0
    assert service.said == [f"sweep {sweep_id} could not be launched: {why}"]
    service.launcher.failing = None
    assert service.look().used == 0
    clock.now_ms += standing.EXCUSED_PAUSE_MS
    assert service.look().here == (sweep_id,)


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


@pytest.mark.parametrize(
    ("command", "wanted"), [("stop", "stop"), ("cancel", "cancel"), ("pause", "run")]
)
def test_a_command_that_nobody_took_any_more_is_not_lost(
    service: Service, command: ledger_orders.Command, wanted: Wanted
) -> None:
    sweep_id = submit(service.ledger)
    service.look()
    at_work = Coordinated.begun(service.ledger, sweep_id)
    assert ledger_orders.leave(service.ledger, sweep_id, command)
    at_work.dies()
    service.last.alive = False
    service.look()
    job = service.job(sweep_id)
    held = command == "pause"
    assert (job.state, job.wanted) == ("held" if held else "running", wanted)
    assert len(service.launcher.launched) == (1 if held else 2)


@pytest.mark.parametrize("wanted", ["retry", "extend", "resume", "stop"])
def test_what_was_wanted_of_an_ended_sweep_is_tried_until_it_is_done(
    service: Service, wanted: Wanted
) -> None:
    sweep_id = submit(service.ledger)
    service.look()
    Coordinated.begun(service.ledger, sweep_id).ends("finished")
    service.last.alive = False
    service.look()
    order = service.job(sweep_id).order
    arguments = {"trials": 5} if wanted == "extend" else {}
    ledger_jobs.put_again(service.ledger, sweep_id, order, wanted, arguments)
    service.look()
    service.last.alive = False  # it had not come to it
    service.look()
    assert service.state(sweep_id)[0] == "waiting"
    assert service.job(sweep_id).wanted == wanted


def test_what_is_done_is_done_once(service: Service) -> None:
    """A coordinator that dies when it has extended the sweep is followed by one that goes on."""
    sweep_id = submit(service.ledger)
    service.look()
    Coordinated.begun(service.ledger, sweep_id).ends("finished")
    service.last.alive = False
    service.look()
    order = service.job(sweep_id).order
    ledger_jobs.put_again(service.ledger, sweep_id, order, "extend", {"trials": 5})
    service.look()
    claim = service.ledger.claim(sweep_id)
    assert ledger_orders.extend(service.ledger, claim, 5) == 15
    service.ledger.release(claim)
    service.last.alive = False
    service.look()
    job = service.job(sweep_id)
    assert (job.wanted, dict(job.arguments)) == ("run", {})
    stands = standing_of(service.ledger, sweep_id)
    assert stands is not None
    assert (stands.state, stands.begun) == ("interrupted", True)


def test_a_sweep_that_is_withdrawn_while_it_is_launched(service: Service) -> None:
    sweep_id = submit(service.ledger)
    service.look()
    assert withdraw(service.ledger, sweep_id, "cancelled")
    assert service.state(sweep_id) == ("over", "cancelled")
    assert service.rounds.anything_ended() is False
    service.last.alive = False  # it found out
    assert service.rounds.anything_ended()
    assert service.look().here == ()
    assert not service.rounds.anything_ended()


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


def test_what_was_held_and_has_ended_otherwise_is_over(service: Service) -> None:
    held, ended = submit(service.ledger), submit(service.ledger)
    for sweep_id in (held, ended):
        assert ledger_jobs.change(service.ledger, service.job(sweep_id), state="held")
    Coordinated.begun(service.ledger, ended).ends("finished")
    service.look()
    assert (service.job(held).state, service.job(ended).state) == ("held", "over")


def test_a_wish_that_a_session_did_not_live_to_obey(service: Service) -> None:
    sweep_id = submit(service.ledger)
    service.look()
    at_work = Coordinated.begun(service.ledger, sweep_id)
    intend(service.ledger, sweep_id, "pause")
    intend(service.ledger, sweep_id, "stop")
    at_work.ends("interrupted")
    service.last.alive = False
    service.look()
    job = service.job(sweep_id)
    assert (job.state, job.wanted, dict(job.arguments)) == ("running", "stop", {})
    intend(service.ledger, sweep_id, None)  # what it does now is not taken back
    assert service.job(sweep_id).wanted == "stop"


def test_nothing_begins_when_nothing_shall(service: Service) -> None:
    sweep_id = submit(service.ledger)
    view = service.rounds.go(begin=False)
    assert (view.used, view.order) == (0, (sweep_id,))
    assert service.job(sweep_id).state == "waiting"


def test_ending_a_sweep_for_good_takes_no_slot(service: Service) -> None:
    ids = [submit(service.ledger, owner) for owner in "ab"]
    third = submit(service.ledger, "c")
    service.look()
    job = service.job(third)
    ledger_jobs.change(service.ledger, job, wanted="stop", arguments=json.dumps({}))
    view = service.look()
    assert (view.used, set(view.here)) == (2, {*ids, third})
