"""The way from a sweep to its run in MLflow."""

from __future__ import annotations

import pytest

from sweeps.service.beside.run_links import RunLinks
from tests.sweeps.service.api import Service

ADDRESS = "http://127.0.0.1:5000"


def shown(api: Service, *known: str) -> None:
    """MLflow is up, and has runs of these sweeps."""

    def find(uri: str, sweep_id: str, address: str) -> str | None:
        return f"{address}/#/runs/{sweep_id}" if sweep_id in known else None

    api.app.state.run_links = RunLinks("sqlite:///mlflow.db", lambda: ADDRESS, find)


def test_it_leads_to_the_run(api: Service) -> None:
    sweep_id = api.submitted()
    shown(api, sweep_id)
    answer = api.client.get(f"/v1/sweeps/{sweep_id[:5]}/mlflow", follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"] == f"{ADDRESS}/#/runs/{sweep_id}"


@pytest.mark.parametrize(
    ("sweep", "status", "said"),
    [("zzz", 404, "no sweep 'zzz'"), (None, 404, "has no run in MLflow yet")],
)
def test_there_may_be_none(api: Service, sweep: str | None, status: int, said: str) -> None:
    there = api.submitted()
    shown(api)
    answer = api.client.get(f"/v1/sweeps/{sweep or there}/mlflow", follow_redirects=False)
    assert answer.status_code == status
    assert said in answer.json()["detail"]


def test_a_service_may_show_no_mlflow(api: Service) -> None:
    answer = api.client.get(f"/v1/sweeps/{api.submitted()}/mlflow", follow_redirects=False)
    assert answer.status_code == 503
    assert answer.json()["exit_code"] == 1
