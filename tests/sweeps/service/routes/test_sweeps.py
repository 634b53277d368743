from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from sweeps.ledger.jobs import change, job_of
from sweeps.ledger.orders import extend
from sweeps.ledger.sweep_row import set_sweep
from sweeps.service.models import SweepInfo
from sweeps.service.settings import Limits
from sweeps.store import Store
from tests.sweeps.service.api import FILE, Service, result, service

KEY = {"Idempotency-Key": "my-first"}


def test_a_submitted_sweep_waits_in_the_queue(api: Service) -> None:
    answer = api.client.post("/v1/sweeps", json={"file": FILE, "priority": -3, "memo": False})
    assert answer.status_code == 201
    info = SweepInfo.model_validate(answer.json())
    assert answer.headers["Location"] == f"/v1/sweeps/{info.sweep_id}"
    assert (info.name, info.state, info.expected) == ("widths", "queued", 10)
    assert info.job is not None
    assert (info.job.owner, info.job.state, info.job.position) == ("local", "waiting", 1)
    job = job_of(api.ledger, info.sweep_id)
    assert job is not None
    assert (job.order.priority, job.order.memo) == (-3, False)
    assert api.runner.woken == 1


def test_who_has_just_come_is_behind_all_that_the_runner_knows_of(
    api: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = api.submitted()
    view = replace(api.runner.view(), order=(known,))
    monkeypatch.setattr(api.runner, "view", lambda: view)
    assert api.client.post("/v1/sweeps", json={"file": FILE}).json()["job"]["position"] == 2
    items = api.client.get("/v1/sweeps").json()["items"]
    assert [item["job"]["position"] for item in items] == [2, 1]
    # What has begun since the runner looked is before nobody any more.
    job = job_of(api.ledger, known)
    assert job is not None
    assert change(api.ledger, job, state="running")
    items = api.client.get("/v1/sweeps").json()["items"]
    assert [item["job"]["position"] for item in items] == [1, None]


def test_what_is_sent_twice_under_a_key_is_taken_once(api: Service) -> None:
    first = api.client.post("/v1/sweeps", json={"file": FILE}, headers=KEY)
    again = api.client.post("/v1/sweeps", json={"file": FILE}, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["sweep_id"] == again.json()["sweep_id"]
    other = api.client.post("/v1/sweeps", json={"file": FILE, "workers": 2}, headers=KEY)
    assert other.status_code == 409
    assert "was used before, for sweep" in other.json()["detail"]
    assert len(api.ledger.sweeps()) == 1


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"file": "spice: {}"}, 422, "spice: unknown key 'spice'"),
        ({"file": "name: ["}, 422, "sweep.yaml:1:"),
        ({"file": FILE, "priority": "1"}, 422, "body.priority"),
        ({"file": FILE, "colour": 1}, 422, "body.colour: Extra inputs"),
        ({"file": FILE, "workers": 3}, 422, "more than the service's 2 slots"),
        ({"file": FILE, "gpus": 1}, 422, "more than the service's 0"),
        ({"file": FILE, "gpu_share": 0.5}, 422, "say how many, as gpus"),
        ({}, 422, "body.file: Field required"),
    ],
)
def test_what_cannot_be_run_is_refused_with_the_reason(
    api: Service, asked: dict[str, object], status: int, said: str
) -> None:
    answer = api.client.post("/v1/sweeps", json=asked)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]
    assert answer.json()["exit_code"] == 2
    assert api.ledger.sweeps() == []


def test_a_service_that_ends_takes_nothing_new(api: Service) -> None:
    api.runner.draining = True
    answer = api.client.post("/v1/sweeps", json={"file": FILE})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert answer.json()["exit_code"] == 1


def test_a_user_has_so_many_sweeps_in_the_queue_and_no_more(tmp_path: Path) -> None:
    api = service(Store.at(tmp_path / "store"), limits=Limits(queued=1))
    with api.client:
        assert api.client.post("/v1/sweeps", json={"file": FILE}, headers=KEY).status_code == 201
        # What is in the queue is not submitted anew.
        assert api.client.post("/v1/sweeps", json={"file": FILE}, headers=KEY).status_code == 200
        refused = api.client.post("/v1/sweeps", json={"file": FILE})
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "60"
        api.client.post(f"/v1/sweeps/{api.ledger.sweeps()[0].sweep_id}/cancel")
        assert api.client.post("/v1/sweeps", json={"file": FILE}).status_code == 201
    api.ledger.close()


def test_a_list_has_the_newest_first_a_page_at_a_time(api: Service) -> None:
    ids = [api.submitted() for _ in range(5)][::-1]
    seen, before = [], ""
    for _ in range(3):
        page = api.client.get(f"/v1/sweeps?limit=2{before}").json()
        seen += [item["sweep_id"] for item in page["items"]]
        before = f"&before={page['next']}"
    assert page["next"] is None
    assert sorted(seen) == sorted(ids)
    rows = [row.sweep_id for row in api.ledger.sweeps()][::-1]
    assert seen == rows


def test_a_list_is_of_what_was_asked_for(api: Service) -> None:
    waiting, ended = api.submitted(owner="ann"), api.ended([result(0)], owner="bob")
    running = api.submitted(owner="ann")
    api.begun(running)

    def found(query: str) -> set[str]:
        page = api.client.get(f"/v1/sweeps?{query}").json()
        return {item["sweep_id"] for item in page["items"]}

    assert found("state=finished") == {ended}
    assert found("state=running") == {running}
    assert found("owner=ann") == {waiting, running}
    assert found("owner=ann&state=queued") == {waiting}
    assert found("name=widths&task=penguins") == {waiting, running, ended}
    assert found("name=width") == found("task=imdb") == found("state=crashed") == set()


def test_a_sweep_whose_holder_is_gone_is_listed_as_crashed(api: Service) -> None:
    running, lost = api.submitted(), api.submitted()
    for sweep_id in (running, lost):
        api.begun(sweep_id)
    with api.ledger.changing() as connection:
        set_sweep(connection, lost, lease_until_ms=0)
    for state, sweep_id in {"crashed": lost, "running": running}.items():
        found = api.client.get(f"/v1/sweeps?state={state}").json()["items"]
        assert [item["sweep_id"] for item in found] == [sweep_id]


def test_the_beginning_of_an_id_will_do_as_long_as_it_is_one_sweeps(api: Service) -> None:
    ids = [api.submitted() for _ in range(40)]
    first = ids[0]
    unique = next(
        first[:length]
        for length in range(1, 7)
        if sum(one.startswith(first[:length]) for one in ids) == 1
    )
    assert api.client.get(f"/v1/sweeps/{unique}").json()["sweep_id"] == first
    (shared, times), *_ = Counter(one[0] for one in ids).most_common(1)
    assert times > 1  # there are fewer letters than ids
    several = api.client.get(f"/v1/sweeps/{shared}")
    assert several.status_code == 409
    assert "write more of it" in several.json()["detail"]
    nobody = api.client.get("/v1/sweeps/0")
    assert nobody.status_code == 404
    assert "no sweep '0' in this store" in nobody.json()["detail"]


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "before=x", "state=%00", "before=1-"])
def test_a_list_that_cannot_be_is_refused(api: Service, query: str) -> None:
    assert api.client.get(f"/v1/sweeps?{query}").status_code == 422


def test_a_query_that_nobody_reads_is_refused(api: Service) -> None:
    answer = api.client.get("/v1/sweeps?limt=5")
    assert answer.status_code == 422
    known = "state, owner, name, task, limit, before"
    assert answer.json()["detail"] == f"query.limt: unknown; known here: {known}"
    assert api.client.get("/v1/queue?x").json()["detail"] == "query.x: unknown; known here: none"


def test_how_many_trials_there_are_follows_what_a_sweep_was_extended_by(api: Service) -> None:
    sweep_id = api.ended([result(0)], state="interrupted")
    assert api.client.get(f"/v1/sweeps/{sweep_id}").json()["expected"] == 10
    extend(api.ledger, api.ledger.claim(sweep_id), 5)
    assert api.client.get(f"/v1/sweeps/{sweep_id}").json()["expected"] == 15
    assert api.client.get("/v1/sweeps").json()["items"][0]["expected"] == 15


def test_a_bug_is_not_told_as_a_sweep_that_is_not_there(
    api: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def buggy(*_: object) -> str:
        raise KeyError("a name that is misspelt")

    monkeypatch.setattr(type(api.ledger), "sweep", buggy)
    assert api.client.get("/v1/sweeps/abc").status_code == 500
