"""What is wanted of sweeps, and is done although coordinators die."""

from __future__ import annotations

import json

import pytest

from sweeps.control import Control
from sweeps.interrupts import Interrupts
from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger import orders as ledger_orders
from sweeps.ledger.jobs import Wanted
from sweeps.ledger.standing import intend, standing_of, withdraw
from tests.sweeps.service.fake_launcher import Coordinated, submit
from tests.sweeps.service.running.looks import Service


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


def test_ending_a_sweep_for_good_takes_no_slot(service: Service) -> None:
    ids = [submit(service.ledger, owner) for owner in "ab"]
    third = submit(service.ledger, "c")
    service.look()
    job = service.job(third)
    ledger_jobs.change(service.ledger, job, wanted="stop", arguments=json.dumps({}))
    view = service.look()
    assert (view.used, set(view.here)) == (2, {*ids, third})


def test_a_pause_that_somebody_took_back_elsewhere_is_not_remembered(service: Service) -> None:
    """Who resumes a sweep from a terminal of this machine knows nothing of its service."""
    sweep_id = submit(service.ledger)
    service.look()
    at_work = Coordinated.begun(service.ledger, sweep_id)
    intend(service.ledger, sweep_id, "pause")
    assert ledger_orders.leave(service.ledger, sweep_id, "resume")
    assert ledger_orders.taken(service.ledger, at_work.claim) == "resume"
    at_work.dies()
    service.last.alive = False
    service.look()
    assert (service.job(sweep_id).state, service.job(sweep_id).tries) == ("waiting", 1)


def test_a_pause_that_was_taken_back_in_mlflow_is_not_remembered(service: Service) -> None:
    """Who writes the tag of a sweep's run tells its session alone."""
    sweep_id = submit(service.ledger)
    service.look()
    at_work = Coordinated.begun(service.ledger, sweep_id)
    control = _paused(service, at_work)
    control.obey("resume")
    at_work.dies()
    service.last.alive = False
    service.look()
    assert service.job(sweep_id).state == "waiting"


def test_an_end_for_good_is_remembered_whatever_mlflow_says_meanwhile(service: Service) -> None:
    sweep_id = submit(service.ledger)
    service.look()
    at_work = Coordinated.begun(service.ledger, sweep_id)
    control = _paused(service, at_work)
    intend(service.ledger, sweep_id, "stop")
    control.obey("resume")
    at_work.dies()
    service.last.alive = False
    service.look()
    assert service.job(sweep_id).wanted == "stop"


def _paused(service: Service, at_work: Coordinated) -> Control:
    """The control of a session that the service has told to pause, and that has heard it."""
    sweep_id = at_work.claim.sweep_id
    intend(service.ledger, sweep_id, "pause")
    assert ledger_orders.leave(service.ledger, sweep_id, "pause")
    command = ledger_orders.taken(service.ledger, at_work.claim)
    assert command == "pause"
    control = Control(
        Interrupts(service.said.append),
        lambda state: _shown(service, at_work, state),
        service.said.append,
    )
    control.obey(command)
    return control


def _shown(service: Service, at_work: Coordinated, state: str) -> None:
    assert service.ledger.show(at_work.claim, state)
