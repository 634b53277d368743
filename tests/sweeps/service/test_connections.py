"""What clients do to sockets: on a real server, which is uvicorn as a service has it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from sweeps.service import connections
from sweeps.service.connections import server_options
from sweeps.service.guards.guard import guarded
from sweeps.service.settings import Limits, Settings
from sweeps.store import Store
from tests.sweeps.service.guards.behind import Told

LIMITS = Limits(body_bytes=1_000_000, body_seconds=1.0)
SLICE = b"x" * 65_536
GIGABYTE = 1_000_000_000


@contextmanager
def listening(app: Any, **chosen: Any) -> Iterator[int]:
    """A server on this machine; the port."""
    settings = Settings(Store(Path("s")), port=0, limits=LIMITS, **chosen)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    dual = family == socket.AF_INET6
    door = socket.create_server((settings.host, 0), family=family, dualstack_ipv6=dual)
    options = server_options(settings)
    server = uvicorn.Server(
        uvicorn.Config(guarded(app, settings), log_config=None, access_log=False, **options)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    try:
        yield door.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
        door.close()
        assert not thread.is_alive()


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        yield client


def head(*lines: str, method: str = "POST") -> bytes:
    return "\r\n".join([f"{method} /v1/x HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode()


def answer(client: socket.socket) -> bytes:
    """All until the server hangs up."""
    said = b""
    with suppress(ConnectionError):
        while piece := client.recv(65_536):
            said += piece
    return said


def status_line(client: socket.socket) -> bytes:
    """The first line of one small answer, read to its end."""
    said = b""
    while not said.rpartition(b"\r\n\r\n")[2]:
        piece = client.recv(65_536)
        assert piece, said
        said += piece
    return said


def poured(client: socket.socket, chunked: bool) -> int:
    """How many bytes of a gigabyte were taken before the server had enough."""
    piece = b"%x\r\n%s\r\n" % (len(SLICE), SLICE) if chunked else SLICE
    taken = 0
    client.settimeout(5)
    with suppress(ConnectionError, TimeoutError):
        while taken < GIGABYTE:
            client.sendall(piece)
            taken += len(SLICE)
    return taken


@pytest.mark.slow
@pytest.mark.parametrize("declared", [True, False])
def test_a_gigabyte_is_refused_long_before_it_is_there(declared: bool) -> None:
    told = Told()
    with listening(told) as port, connected(port) as client:
        how = f"Content-Length: {GIGABYTE}" if declared else "Transfer-Encoding: chunked"
        client.sendall(head(how))
        taken = poured(client, chunked=not declared)
        # What the socket's buffers hold on both sides, and the limit.
        assert taken < 20_000_000
        with connected(port) as other:
            other.sendall(head("Content-Length: 1", "Connection: close") + b"x")
            assert answer(other).startswith(b"HTTP/1.1 200")
    assert told.asked == 1


@pytest.mark.slow
def test_the_answer_to_a_gigabyte_is_413() -> None:
    with listening(Told()) as port, connected(port) as client:
        client.sendall(head(f"Content-Length: {GIGABYTE}"))
        said = answer(client)
    assert said.startswith(b"HTTP/1.1 413")
    assert b"server:" not in said.lower()


@pytest.mark.slow
def test_a_slow_body_is_not_waited_for() -> None:
    told = Told()
    with listening(told) as port, connected(port) as client:
        client.sendall(head("Content-Length: 100"))
        begun = time.monotonic()
        over = threading.Event()

        def drip() -> None:
            with suppress(OSError):
                while not over.wait(0.1):
                    client.send(b"x")

        dripping = threading.Thread(target=drip)
        dripping.start()
        said = answer(client)
        over.set()
        dripping.join()
    assert said.startswith(b"HTTP/1.1 408")
    assert time.monotonic() - begun < 10
    assert told.asked == 0


@pytest.mark.slow
@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "])
def test_half_a_head_is_not_waited_for(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections.ImpatientProtocol, "head_seconds", 0.3)
    with listening(Told()) as port, connected(port) as client:
        client.sendall(sent)
        begun = time.monotonic()
        assert answer(client) == b""
        assert time.monotonic() - begun < 10


@pytest.mark.slow
def test_one_request_after_another_may_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections.ImpatientProtocol, "head_seconds", 0.4)
    pause = threading.Event()
    with listening(Told()) as port, connected(port) as client:
        for _ in range(4):
            pause.wait(0.2)
            client.sendall(head(method="GET"))
            assert status_line(client).startswith(b"HTTP/1.1 200")


@pytest.mark.slow
def test_requests_that_uvicorn_itself_refuses() -> None:
    with listening(Told()) as port:
        for sent in (
            b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 40_000 + b"\r\n\r\n",
            b"nonsense\r\n\r\n",
            b"GET /\0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
        ):
            with connected(port) as client:
                client.sendall(sent)
                assert status_line(client).startswith((b"HTTP/1.1 400", b"HTTP/1.1 431")), sent
        with connected(port) as client:
            upgrade = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
            client.sendall(head(*upgrade, "Sec-WebSocket-Key: eA==", method="GET"))
            assert status_line(client).startswith(b"HTTP/1.1 200")
