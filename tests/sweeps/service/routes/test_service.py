from __future__ import annotations

from collections.abc import Sequence

import pytest

from sweeps.errors import LedgerAwayError
from sweeps.ledger import pages as ledger_pages
from sweeps.ledger import tokens as ledger_tokens
from sweeps.ledger.jobs import Job
from sweeps.ledger.ledger import Ledger
from sweeps.service.service_models import Queue
from tests.sweeps.service.api import FILE, Service, result


def test_the_queue_says_what_waits_and_what_is_held(api: Service) -> None:
    first, second, held = (api.submitted(owner=name) for name in ("ann", "bob", "cat"))
    api.client.post(f"/v1/sweeps/{held}/pause")
    api.ended([result(0)])
    api.runner.gpus = {"0": first, "1": None}
    queue = Queue.model_validate(api.client.get("/v1/queue").json())
    order = [(job.sweep_id, job.owner, job.state, job.position) for job in queue.jobs]
    assert order == [
        (first, "ann", "waiting", 1),
        (second, "bob", "waiting", 2),
        (held, "cat", "held", None),
    ]
    assert {job.name for job in queue.jobs} == {"widths"}
    assert (queue.slots, queue.used, queue.draining, queue.trouble) == (2, 0, False, None)
    assert queue.gpus == {"0": first, "1": None}


def test_whom_a_service_without_tokens_takes_everybody_for(api: Service) -> None:
    assert api.client.get("/v1/me").json() == {"name": "local", "role": "admin", "auth": False}


def test_a_token_becomes_a_cookie_that_scripts_cannot_read(api: Service) -> None:
    _, text = ledger_tokens.create(api.ledger, "ann", "viewer", None)
    assert api.client.get("/v1/me").status_code == 401
    refused = api.client.post("/v1/session", json={"token": "swp_x_y"})
    assert refused.status_code == 401
    entered = api.client.post("/v1/session", json={"token": text})
    assert entered.json() == {"name": "ann", "role": "viewer", "auth": True}
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie
    assert api.client.get("/v1/me").json()["name"] == "ann"
    assert api.client.delete("/v1/session").status_code == 204
    assert api.client.get("/v1/me").status_code == 401


@pytest.mark.parametrize("path", ["/v1/sweeps", "/v1/queue", "/v1/workers", "/metrics"])
def test_with_tokens_strangers_see_nothing(api: Service, path: str) -> None:
    ledger_tokens.create(api.ledger, "ann", "viewer", None)
    answer = api.client.get(path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert api.client.get("/healthz").status_code == 200


def test_submitters_control_what_is_theirs(api: Service) -> None:
    texts = {
        name: ledger_tokens.create(api.ledger, name, role, None)[1]
        for name, role in (("ann", "submitter"), ("bob", "submitter"), ("eve", "viewer"))
        if role in ledger_tokens.ROLES
    }
    bearers = {name: {"Authorization": f"Bearer {text}"} for name, text in texts.items()}
    mine = api.client.post("/v1/sweeps", json={"file": FILE}, headers=bearers["ann"]).json()
    path = f"/v1/sweeps/{mine['sweep_id']}/cancel"
    assert mine["job"]["owner"] == "ann"
    for name, status in (("eve", 403), ("bob", 403), ("ann", 200)):
        assert api.client.post(path, headers=bearers[name]).status_code == status
    urgent = {"file": FILE, "priority": 1}
    refused = api.client.post("/v1/sweeps", json=urgent, headers=bearers["ann"])
    assert refused.status_code == 403
    assert "above 0 is for admins" in refused.json()["detail"]


def test_ready_is_who_has_a_ledger_and_a_runner(
    api: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert api.client.get("/readyz").json() == {"status": "ok", "trouble": None}
    api.runner.trouble = "the ledger is away"
    assert api.client.get("/readyz").json()["trouble"] == "the ledger is away"
    api.runner.trouble, api.runner.draining = None, True
    assert api.client.get("/readyz").json()["trouble"] == "the service is about to end"
    api.runner.alive = False
    assert api.client.get("/readyz").status_code == 503

    def away(*_: object) -> None:
        raise LedgerAwayError("the ledger x cannot be read: gone")

    monkeypatch.setattr("sweeps.ledger.pages.answers", away)
    answer = api.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "trouble": "the ledger x cannot be read: gone"}
    assert api.client.get("/healthz").json() == {"status": "ok", "trouble": None}


def test_what_is_removed_while_the_queue_is_read_is_not_in_it(
    api: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, gone = api.submitted(owner="ann"), api.submitted(owner="bob")
    read = ledger_pages.jobs_of

    def removed_meanwhile(ledger: Ledger, ids: Sequence[str]) -> dict[str, Job]:
        found = read(ledger, ids)
        ledger.remove(gone)
        return found

    monkeypatch.setattr(ledger_pages, "jobs_of", removed_meanwhile)
    answer = api.client.get("/v1/queue")
    assert answer.status_code == 200
    assert [job["sweep_id"] for job in answer.json()["jobs"]] == [left]
