"""Connections that end too early: before an answer, and in the middle of one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import chain, repeat

import httpx
import pytest

from sweeps.client.address import Address
from sweeps.client.connection import Connection
from sweeps.client.errors import AwayError


@contextmanager
def hanging_up(*answers: bytes) -> Iterator[str]:
    """Somebody who says one of these after the other, the last again and again, and closes."""
    door = socket.create_server(("127.0.0.1", 0))
    said = chain(answers, repeat(answers[-1]))

    def greet() -> None:
        while True:
            try:
                guest, _ = door.accept()
            except OSError:
                return
            with guest:
                if answer := next(said):
                    guest.recv(65536)
                    guest.sendall(answer)

    thread = threading.Thread(target=greet)
    thread.start()
    yield f"http://127.0.0.1:{door.getsockname()[1]}"
    door.shutdown(socket.SHUT_RDWR)
    door.close()
    thread.join()


def test_somebody_who_hangs_up() -> None:
    with (
        hanging_up(b"") as url,
        closing(Connection(Address.of(url), None)) as connection,
        pytest.raises(AwayError, match="broke off before it answered"),
    ):
        connection.get("/v1/me")


JSON = b"Content-Type: application/json\r\n"
IN_PIECES = b"HTTP/1.1 200 OK\r\n" + JSON + b"Transfer-Encoding: chunked\r\n\r\n4\r\n[1,2\r\n"
COUNTED = b"HTTP/1.1 200 OK\r\n" + JSON + b"Content-Length: 5\r\n\r\n[1,2"
OLD = b"HTTP/1.0 200 OK\r\n" + JSON + b"\r\n[1,2"
OLD_PROBLEM = b'HTTP/1.0 404 No\r\nContent-Type: application/problem+json\r\n\r\n{"detail": "'


@pytest.mark.parametrize(
    "answer",
    [IN_PIECES, COUNTED, OLD, OLD_PROBLEM],
    ids=["in pieces", "counted", "old", "old problem"],
)
def test_an_answer_that_is_cut_is_one_that_broke_off(answer: bytes) -> None:
    with hanging_up(answer) as url, closing(Connection(Address.of(url), None)) as connection:
        with pytest.raises(AwayError) as raised:
            connection.get("/v1/me")
        assert str(raised.value).startswith(f"{url} broke off in the middle of its answer (")
        assert "https" not in str(raised.value)


def test_an_answer_that_is_cut_is_asked_for_once_more() -> None:
    whole = COUNTED + b"]"
    with (
        hanging_up(IN_PIECES, whole) as url,
        closing(Connection(Address.of(url), None)) as connection,
    ):
        assert connection.get("/v1/me") == [1, 2]
    with (
        hanging_up(IN_PIECES, whole) as url,
        closing(Connection(Address.of(url), None)) as connection,
        pytest.raises(AwayError),
    ):
        connection.post("/v1/sweeps/a/extend", {"trials": 3}, repeatable=False)


def test_an_answer_that_does_not_go_on() -> None:
    class Silent(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b"[1,2"
            raise httpx.ReadTimeout("slow")

    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Silent()))
    with (
        closing(Connection(Address.of("http://127.0.0.1:1"), None, transport)) as connection,
        pytest.raises(AwayError, match=r"does not go on with its answer$"),
    ):
        connection.get("/v1/me")


def test_events_that_are_cut() -> None:
    with (
        hanging_up(IN_PIECES.replace(b"application/json", b"text/event-stream")) as url,
        closing(Connection(Address.of(url), None)) as connection,
        pytest.raises(AwayError, match="broke off in the middle of its answer"),
        connection.stream("/v1/sweeps/a/events", {}) as lines,
    ):
        list(lines)
