"""Commands for a sweep that somebody removes at that moment, from a terminal of this machine."""

from __future__ import annotations

from typing import Any

import pytest

from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.standing import intend
from sweeps.service import desk, orders
from tests.sweeps.service.api import Service, result

FAILS = [result(0), result(1, None)]


def post(api: Service, sweep_id: str, command: str, body: Any = None) -> Any:
    return api.client.post(f"/v1/sweeps/{sweep_id}/{command}", json=body)


@pytest.mark.parametrize("command", ["stop", "cancel"])
def test_what_waits_and_is_removed_meanwhile_is_there_no_more(
    api: Service, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _removed_before(orders, "withdraw", monkeypatch)
    answer = post(api, api.submitted(), command)
    assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")


@pytest.mark.parametrize("command", ["pause", "stop", "cancel"])
def test_what_ends_and_is_removed_meanwhile_is_there_no_more(
    api: Service, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep_id = api.submitted()
    claim = api.begun(sweep_id)

    def ended(ledger: Ledger, *intended: Any) -> None:
        intend(ledger, *intended)
        ledger.release(claim)
        ledger.remove(sweep_id)

    monkeypatch.setattr(orders, "intend", ended)
    assert post(api, sweep_id, command).status_code == 404


@pytest.mark.parametrize(("command", "body"), [("resume", None), ("retry", {}), ("cancel", None)])
def test_what_is_removed_before_it_is_in_the_queue_again(
    api: Service, command: str, body: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _removed_before(ledger_jobs, "put_again", monkeypatch)
    sweep_id = api.ended(FAILS, "interrupted")
    answer = post(api, sweep_id, command, body)
    assert (answer.status_code, answer.json()["detail"]) == (404, f"sweep {sweep_id} was removed")


def test_what_is_removed_before_its_search_is_looked_at(
    api: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "_refuse_final", lambda row: api.ledger.remove(row.sweep_id))
    assert post(api, api.ended(FAILS), "extend", {"trials": 1}).status_code == 404


def test_what_a_bug_raises_while_the_search_is_looked_at_is_no_removal(
    api: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_badly(document: Any) -> Any:
        return document["search"]["no such key"]

    monkeypatch.setattr(desk, "read_sweep", read_badly)
    answer = post(api, api.ended(FAILS), "extend", {"trials": 1})
    assert (answer.status_code, answer.json()["detail"]) == (
        500,
        "the service failed unexpectedly: KeyError; its log says where",
    )


def _removed_before(place: Any, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else removes the sweep in the instant before that step of the command."""
    goes_on = getattr(place, step)

    def removed(ledger: Ledger, sweep_id: str, *arguments: Any) -> Any:
        ledger.remove(sweep_id)
        return goes_on(ledger, sweep_id, *arguments)

    monkeypatch.setattr(place, step, removed)
