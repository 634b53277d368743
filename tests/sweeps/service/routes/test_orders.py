from __future__ import annotations

import json
from typing import Any

import pytest

from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger.jobs import Job, change
from sweeps.ledger.sweep_row import set_sweep
from sweeps.service import orders
from tests.sweeps.service.api import Service, result

FAILS = [result(0), result(1, None)]


def job_of(api: Service, sweep_id: str) -> Job:
    job = ledger_jobs.job_of(api.ledger, sweep_id)
    assert job is not None
    return job


def post(api: Service, sweep_id: str, command: str, body: Any = None) -> Any:
    return api.client.post(f"/v1/sweeps/{sweep_id}/{command}", json=body)


def test_what_waits_is_held_and_let_go(api: Service) -> None:
    sweep_id = api.submitted()
    for _ in range(2):
        held = post(api, sweep_id, "pause")
        assert (held.status_code, held.json()["job"]["state"]) == (200, "held")
    let_go = post(api, sweep_id, "resume")
    assert (let_go.status_code, let_go.json()["job"]["state"]) == (200, "waiting")
    assert api.runner.woken == 2


@pytest.mark.parametrize(("command", "state"), [("stop", "stopped"), ("cancel", "cancelled")])
def test_what_never_began_ends_at_once(api: Service, command: str, state: str) -> None:
    sweep_id = api.submitted()
    ended = post(api, sweep_id, command)
    assert ended.status_code == 200
    assert (ended.json()["state"], ended.json()["job"]["state"]) == (state, "over")


@pytest.mark.parametrize("command", ["pause", "stop", "cancel"])
def test_who_runs_a_sweep_is_told(api: Service, command: str) -> None:
    sweep_id = api.submitted()
    api.begun(sweep_id, running=2)
    assert post(api, sweep_id, command).status_code == 202
    assert api.ledger.command(sweep_id) == command


def test_a_paused_sweep_is_resumed_by_who_holds_it(api: Service) -> None:
    sweep_id = api.submitted()
    claim = api.begun(sweep_id, running=1)
    api.ledger.show(claim, "paused")
    assert post(api, sweep_id, "pause").status_code == 200
    assert post(api, sweep_id, "resume").status_code == 202
    assert api.ledger.command(sweep_id) == "resume"


def test_a_sweep_that_runs_is_not_resumed_once_more(api: Service) -> None:
    sweep_id = api.submitted()
    api.begun(sweep_id)
    answer = post(api, sweep_id, "resume")
    assert answer.status_code == 409
    assert answer.json()["detail"].startswith(f"sweep {sweep_id} is being run by process ")
    assert answer.json()["exit_code"] == 1


@pytest.mark.parametrize(
    ("command", "body", "wanted", "arguments"),
    [
        ("resume", None, "resume", {}),
        ("retry", {}, "retry", {"reasons": None}),
        ("retry", {"reasons": ["diverged"]}, "retry", {"reasons": ["diverged"]}),
        ("extend", {"trials": 7}, "extend", {"trials": 7}),
        ("stop", None, "stop", {}),
        ("cancel", None, "cancel", {}),
    ],
)
def test_what_nobody_runs_gets_into_the_queue_again(
    api: Service, command: str, body: Any, wanted: str, arguments: dict[str, Any]
) -> None:
    sweep_id = api.ended(FAILS, state="interrupted", owner="ann")
    answer = post(api, sweep_id, command, body)
    assert answer.status_code == 202
    job = job_of(api, sweep_id)
    assert (job.state, job.wanted, job.arguments) == ("waiting", wanted, arguments)
    assert job.order.owner == "ann"
    assert api.runner.woken == 1


def test_what_waits_to_go_on_is_ended_instead(api: Service) -> None:
    sweep_id = api.ended(FAILS, state="interrupted")
    post(api, sweep_id, "resume")
    assert post(api, sweep_id, "stop").status_code == 202
    job = job_of(api, sweep_id)
    assert (job.state, job.wanted) == ("waiting", "stop")


def test_a_sweep_of_before_the_service_becomes_its_resumers(api: Service) -> None:
    sweep_id = api.ended(FAILS, state="interrupted")
    with api.ledger.changing() as connection:
        connection.exec_driver_sql("DELETE FROM job")
    assert post(api, sweep_id, "resume").status_code == 202
    assert job_of(api, sweep_id).order.owner == "local"


@pytest.mark.parametrize(
    ("state", "command", "body", "said"),
    [
        ("finished", "pause", None, "is finished: nobody runs it, so it cannot be paused"),
        ("finished", "stop", None, "is finished: nothing is left to stop"),
        ("cancelled", "cancel", None, "is cancelled: nothing is left to cancel"),
        ("stopped", "resume", None, "was stopped, which is final: run its file again"),
        ("stopped", "retry", {}, "was stopped, which is final"),
        ("cancelled", "extend", {"trials": 1}, "was cancelled, which is final"),
        ("finished", "retry", {"reasons": ["crashed"]}, "no trial failed for crashed; 1 diverged"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    api: Service, state: str, command: str, body: Any, said: str
) -> None:
    sweep_id = api.ended(FAILS, state)
    answer = post(api, sweep_id, command, body)
    assert answer.status_code == 409
    assert said in answer.json()["detail"]
    assert answer.json()["exit_code"] == 2


def test_a_sweep_that_stops_for_good_is_not_paused(api: Service) -> None:
    sweep_id = api.submitted()
    api.ledger.show(api.begun(sweep_id), "stopping")
    answer = post(api, sweep_id, "pause")
    assert answer.status_code == 409
    assert "is stopping for good" in answer.json()["detail"]


def test_a_search_without_a_number_of_trials_is_not_extended(api: Service) -> None:
    sweep_id = api.ended(FAILS)
    with api.ledger.changing() as connection:
        document = api.ledger.document(sweep_id) | {"search": "grid", "space": {"width": [1, 2]}}
        set_sweep(connection, sweep_id, document=json.dumps(document))
    answer = post(api, sweep_id, "extend", {"trials": 1})
    assert answer.status_code == 409
    assert "no search.trials that could be raised" in answer.json()["detail"]


@pytest.mark.parametrize(("command", "body"), [("retry", {}), ("extend", {"trials": 1})])
def test_what_runs_or_waits_is_neither_retried_nor_extended(
    api: Service, command: str, body: Any
) -> None:
    running, waiting = api.submitted(), api.ended(FAILS, "interrupted")
    api.begun(running, FAILS)
    post(api, waiting, "resume")
    for sweep_id, said in ((running, "is being run by"), (waiting, "waits in the queue already")):
        answer = post(api, sweep_id, command, body)
        assert answer.status_code == 409
        assert said in answer.json()["detail"]
        assert answer.json()["exit_code"] == 1


@pytest.mark.parametrize(
    ("command", "body"), [("retry", {}), ("extend", {"trials": 1}), ("resume", None)]
)
def test_what_waits_for_mlflow_alone_is_gone_on_with(api: Service, command: str, body: Any) -> None:
    """MLflow may be away for long; a session that goes on sends it the rest as well."""
    sweep_id = api.ended(FAILS, "interrupted")
    post(api, sweep_id, "resume")
    assert change(api.ledger, job_of(api, sweep_id), wanted="deliver", not_before_ms=2**50)
    assert post(api, sweep_id, command, body).status_code == 202
    job = job_of(api, sweep_id)
    assert (job.state, job.wanted, job.not_before_ms) == ("waiting", command, 0)


def test_a_session_that_is_about_to_begin_is_waited_for(
    api: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep_id = api.submitted()
    assert change(api.ledger, job_of(api, sweep_id), state="running")
    looks: list[float] = []

    def begun_at_the_second(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 2:
            api.begun(sweep_id)

    monkeypatch.setattr(orders, "sleep", begun_at_the_second)
    assert post(api, sweep_id, "pause").status_code == 202
    assert len(looks) == 2


def test_a_session_that_does_not_begin_is_asked_for_later(
    api: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep_id = api.submitted()
    assert change(api.ledger, job_of(api, sweep_id), state="running")
    monkeypatch.setattr(orders, "BEGINNING_SECONDS", 0.0)
    answer = post(api, sweep_id, "pause")
    assert answer.status_code == 409
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize("command", ["resume", "retry", "extend"])
def test_a_service_that_ends_begins_nothing(api: Service, command: str) -> None:
    sweep_id = api.ended(FAILS, "interrupted")
    api.runner.draining = True
    bodies: dict[str, Any] = {"retry": {}, "extend": {"trials": 1}}
    assert post(api, sweep_id, command, bodies.get(command)).status_code == 503
    assert job_of(api, sweep_id).state == "over"


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("extend", {"trials": 0}),
        ("extend", {"trials": 1.5}),
        ("extend", {}),
        ("retry", {"reasons": []}),
        ("retry", {"reasons": ["boredom"]}),
        ("retry", {"reason": "crashed"}),
    ],
)
def test_bodies_are_read_strictly(api: Service, command: str, body: Any) -> None:
    assert post(api, api.ended(FAILS), command, body).status_code == 422


@pytest.mark.parametrize("command", ["pause", "resume", "stop", "cancel", "retry", "extend"])
def test_nobody_commands_a_sweep_that_is_not_there(api: Service, command: str) -> None:
    bodies: dict[str, Any] = {"retry": {}, "extend": {"trials": 1}}
    assert post(api, "0", command, bodies.get(command)).status_code == 404
