from __future__ import annotations

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from sweeps.clock import wall_ms
from sweeps.errors import LedgerAwayError
from sweeps.ledger.sweep_row import set_sweep
from tests.sweeps.service.api import Service, result

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(api: Service) -> Samples:
    answer = api.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


def by_state(found: Samples, name: str) -> dict[str, float]:
    return {labels[0][1]: value for (one, labels), value in found.items() if one == name and value}


def test_sweeps_and_jobs_are_counted_by_state(api: Service) -> None:
    api.submitted()
    running, lost = api.submitted(), api.submitted()
    for sweep_id in (running, lost):
        api.begun(sweep_id, [result(0)], running=1)
    with api.ledger.changing() as connection:
        set_sweep(connection, lost, lease_until_ms=0)
    api.ended([result(0)])
    found = samples(api)
    counted = {"queued": 1.0, "running": 1.0, "crashed": 1.0, "finished": 1.0}
    assert by_state(found, "sweeps_sweeps") == counted
    assert by_state(found, "sweeps_jobs") == {"waiting": 1.0, "running": 2.0, "over": 1.0}
    assert found["sweeps_slots", ()] == 2
    assert found["sweeps_slots_used", ()] == 2
    assert found["sweeps_runner_up", ()] == found["sweeps_ledger_up", ()] == 1
    assert 0 < found["sweeps_ledger_answer_seconds", ()] < 10
    assert found["process_resident_memory_bytes", ()] > 1_000_000


def test_trials_that_ended_are_counted_once_each(
    api: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = wall_ms()
    monkeypatch.setattr("sweeps.service.metrics.wall_ms", lambda: now)
    assert by_state(samples(api), "sweeps_trials_ended_total") == {}
    api.ended([result(0), result(1, None), result(2)])
    for _ in range(2):
        now += 60_000
        counted = {"done": 2.0, "failed": 1.0}
        assert by_state(samples(api), "sweeps_trials_ended_total") == counted


def test_requests_are_measured_by_their_routes_template(api: Service) -> None:
    for _ in range(2):
        api.client.get(f"/v1/sweeps/{api.submitted()}")
    api.client.get("/v1/sweeps/0")
    api.client.get("/elsewhere/entirely")
    api.client.request("BREW", "/v1/sweeps")

    def failing() -> None:
        raise ZeroDivisionError

    api.app.add_api_route("/failing", failing)
    api.client.get("/failing")
    found = samples(api)

    def counted(method: str, route: str, status: str) -> float:
        labels = (("method", method), ("route", route), ("status", status))
        return found["sweeps_http_request_seconds_count", labels]

    assert counted("GET", "/v1/sweeps/{sweep}", "200") == 2
    assert counted("GET", "/v1/sweeps/{sweep}", "404") == 1
    assert counted("GET", "none", "404") == 1
    assert counted("GET", "/failing", "500") == 1
    methods = {dict(labels).get("method") for _, labels in found}
    assert "BREW" not in methods


def test_of_a_ledger_that_is_away_only_that_is_told(
    api: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise LedgerAwayError("gone")

    monkeypatch.setattr("sweeps.ledger.pages.answers", away)
    found = samples(api)
    assert found["sweeps_ledger_up", ()] == 0
    assert found["sweeps_slots", ()] == 2
    assert by_state(found, "sweeps_sweeps") == {}


def test_nothing_is_added_to_the_registry_that_all_share(api: Service) -> None:
    samples(api)
    shared = [family.name for family in REGISTRY.collect()]
    assert not any(name.startswith("sweeps_") for name in shared)
