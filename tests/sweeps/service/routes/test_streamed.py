"""Answers that are written while they are read: what is asked of the ledger, and what is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from sweeps.errors import LedgerAwayError
from sweeps.ledger import pages
from sweeps.service.routes import trials
from sweeps.store import Store
from tests.sweeps.client.listening import listening
from tests.sweeps.service.api import Service, result, service

RESULTS = [result(number, 0.1 * number) for number in range(7)]
Read = Callable[..., list[Any]]


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "AT_ONCE", {"brief": 3, "whole": 2})
    monkeypatch.setattr(trials, "COURSE_AT_ONCE", 3)


class Readings:
    """Notes how many rows each reading has brought, and fails in the one that it is told."""

    def __init__(self, read: Read, failing: int | None = None) -> None:
        self._read = read
        self._failing = failing
        self.sizes: list[int] = []

    def __call__(self, *arguments: Any) -> list[Any]:
        if len(self.sizes) == self._failing:
            raise LedgerAwayError("the ledger is away")
        found = self._read(*arguments)
        self.sizes.append(len(found))
        return found


@pytest.mark.parametrize(
    ("path", "function", "sizes"),
    [
        ("course", "course_after", [3, 3, 1]),
        ("course?limit=6", "course_after", [3, 3]),
        ("course?limit=4&after=1", "course_after", [3, 1]),
        ("trials", "trials_after", [3, 3, 1, 0]),
        ("trials?detail=whole&limit=5", "trials_after", [2, 2, 1, 1]),
        ("trials?detail=whole&after=6", "trials_after", [0, 0]),
    ],
)
def test_few_rows_are_in_memory(
    api: Service, monkeypatch: pytest.MonkeyPatch, path: str, function: str, sizes: list[int]
) -> None:
    readings = Readings(getattr(pages, function))
    monkeypatch.setattr(pages, function, readings)
    answer = api.client.get(f"/v1/sweeps/{api.ended(RESULTS)}/{path}")
    assert answer.headers["Content-Type"] == "application/json"
    assert readings.sizes == sizes


def test_pieces_are_put_together_as_if_written_at_once(api: Service) -> None:
    ended = api.ended(RESULTS)
    for path in ("course", "trials", "trials?detail=whole&limit=4", "trials?after=6"):
        text = api.client.get(f"/v1/sweeps/{ended}/{path}").text
        assert text == json.dumps(json.loads(text), separators=(",", ":"))
    none = api.ended()
    assert api.client.get(f"/v1/sweeps/{none}/course").text == "[]"
    assert api.client.get(f"/v1/sweeps/{none}/trials").text == '{"items":[],"next":null}'


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Service]:
    found = service(Store.at(tmp_path / "store"))
    with closing(found.ledger):
        yield found


@pytest.fixture
def served(held: Service) -> Iterator[tuple[str, str]]:
    sweep_id = held.ended(RESULTS)
    with listening(held.app) as url:
        yield url, sweep_id


def test_a_ledger_that_is_away_at_first_is_a_problem(
    served: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, sweep_id = served
    monkeypatch.setattr(pages, "course_after", Readings(pages.course_after, failing=0))
    answer = httpx.get(f"{url}/v1/sweeps/{sweep_id}/course", trust_env=False)
    assert (answer.status_code, answer.json()["detail"]) == (503, "the ledger is away")


def test_an_answer_that_cannot_go_on_is_not_taken_for_a_whole_one(
    served: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, sweep_id = served
    monkeypatch.setattr(pages, "course_after", Readings(pages.course_after, failing=1))
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
        httpx.get(f"{url}/v1/sweeps/{sweep_id}/course", trust_env=False)


@pytest.mark.parametrize("before", [1, 2])
@pytest.mark.parametrize(
    ("path", "function"),
    [("course", "course_after"), ("trials", "trials_after"), ("trials?limit=6", "trials_after")],
)
def test_a_sweep_that_is_removed_meanwhile_is_not_taken_for_a_shorter_one(
    held: Service,
    served: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    function: str,
    before: int,
) -> None:
    """With `limit=6` and two readings only the look for a next page can tell."""
    url, sweep_id = served
    readings = Removing(getattr(pages, function), held, sweep_id, before)
    monkeypatch.setattr(pages, function, readings)
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
        httpx.get(f"{url}/v1/sweeps/{sweep_id}/{path}", trust_env=False)


@pytest.mark.parametrize("path", ["course", "trials"])
def test_a_sweep_that_is_removed_before_any_was_read_is_not_there(
    api: Service, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    sweep_id = api.ended(RESULTS)
    function = f"{path}_after"
    monkeypatch.setattr(pages, function, Removing(getattr(pages, function), api, sweep_id, 0))
    assert api.client.get(f"/v1/sweeps/{sweep_id}/{path}").status_code == 404


class Removing(Readings):
    """The sweep is removed once so many readings have been made of it."""

    def __init__(self, read: Read, held: Service, sweep_id: str, before: int) -> None:
        super().__init__(read)
        self._held, self._sweep_id, self._before = held, sweep_id, before

    def __call__(self, *arguments: Any) -> list[Any]:
        if len(self.sizes) == self._before:
            self._held.ledger.remove(self._sweep_id)
        return super().__call__(*arguments)
