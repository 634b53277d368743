from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import pytest

from sweeps.client import events as module
from sweeps.client.connection import Connection
from sweeps.client.errors import AwayError, NoServiceError, RefusedError
from sweeps.client.events import Event, events_of, parsed
from sweeps.service.event_look import Cursor

URL = "http://here"
Chapter = list[str] | Exception


def test_events_and_what_stands_between_them() -> None:
    lines = [
        ": nothing new",
        "",
        "event: said",
        "id: 1-2-3",
        'data: "hello: you"',
        "",
        "event:trial",
        "data: [1,",
        "data: 2]",
        "retry: 10",
        "",
        "event: sweep",
        "",
        'data: "no kind"',
        "",
        "event: cut off",
        "data: 1",
    ]
    assert list(parsed(lines, URL)) == [
        Event("said", "hello: you", "1-2-3"),
        Event("trial", [1, 2], "1-2-3"),
        Event("message", "no kind", "1-2-3"),
    ]


def test_what_is_no_json_is_of_another_version() -> None:
    with pytest.raises(NoServiceError, match="of another version than this command"):
        list(parsed(["data: {", ""], URL))


def test_the_beginning_is_what_a_service_takes_for_it() -> None:
    assert Cursor.read(module.BEGINNING) == Cursor()


class Streams:
    """A connection on which one stream after the other breaks off."""

    url = URL

    def __init__(self, *chapters: Chapter) -> None:
        self._chapters = list(chapters)
        self.asked: list[dict[str, str]] = []

    @contextmanager
    def stream(self, path: str, headers: dict[str, str]) -> Iterator[Iterator[str]]:
        assert path == "/v1/sweeps/a%2Fb/events"
        self.asked.append(headers)
        chapter = self._chapters.pop(0)
        if isinstance(chapter, Exception):
            raise chapter
        yield iter(chapter)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(module, "sleep", found.append)
    monkeypatch.setattr(module, "clock", lambda: sum(found))
    return found


def told(streams: Streams, said: list[str]) -> list[object]:
    connection = cast(Connection, streams)
    return [event.data for event in events_of(connection, "a/b", "0-0-0", said.append)]


def event(number: int, kind: str = "said") -> list[str]:
    return [f"event: {kind}", f"id: 0-0-{number}", f"data: {number}", ""]


def test_a_stream_goes_on_where_it_broke_off(slept: list[float]) -> None:
    streams = Streams(
        event(1),
        AwayError("broke off"),
        RefusedError(503, "about to end", 1),
        [*event(2), *event(3, "end"), *event(4)],
    )
    said: list[str] = []
    assert told(streams, said) == [1, 2, 3]
    assert [headers["Last-Event-ID"] for headers in streams.asked] == [
        "0-0-0",
        "0-0-1",
        "0-0-1",
        "0-0-1",
    ]
    assert (slept, said) == ([0.5, 1.0, 2.0], [])


def test_a_service_may_be_away_for_so_long_and_no_longer(slept: list[float]) -> None:
    said: list[str] = []
    streams = Streams(*[AwayError("no service at http://here: Connection refused")] * 99)
    with pytest.raises(AwayError, match="Connection refused"):
        told(streams, said)
    assert module.PATIENCE <= sum(slept) <= module.PATIENCE + module.LONGEST_PAUSE
    assert said == ["no service at http://here: Connection refused; it is asked again for 3 min"]


def test_other_refusals_end_it_at_once(slept: list[float]) -> None:
    with pytest.raises(RefusedError, match="no sweep"):
        told(Streams(event(1), RefusedError(404, "no sweep", 2)), [])
    assert slept == [0.5]
