"""The proxy of the outage tests does what its modes say, before a server that only counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.tracking.faulty_proxy import FaultyProxy, Mode


class Counting(ThreadingHTTPServer):
    daemon_threads = True
    heard: list[bytes]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Counting

    def do_POST(self) -> None:
        self.server.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response_only(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


@pytest.fixture
def server() -> Iterator[Counting]:
    made = Counting(("127.0.0.1", 0), Handler)
    made.heard = []
    threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def proxy(server: Counting) -> Iterator[FaultyProxy]:
    with FaultyProxy(f"http://127.0.0.1:{server.server_address[1]}") as made:
        yield made


def ask(proxy: FaultyProxy, timeout: float = 10.0, chunked: bool = False) -> tuple[int, bytes]:
    connection = HTTPConnection(proxy.address.removeprefix("http://"), timeout=timeout)
    try:
        body = iter([b"po", b"st"]) if chunked else b"post"
        connection.request("POST", "/x", body, encode_chunked=chunked)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("chunked", [False, True])
def test_it_passes_requests_on(proxy: FaultyProxy, server: Counting, chunked: bool) -> None:
    assert ask(proxy, chunked=chunked) == (200, b"ok")
    assert server.heard == [b"post"]


@pytest.mark.parametrize(("mode", "heard"), [("error", 0), ("commit_and_fail", 1)])
def test_500_before_and_after_it_was_carried_out(
    mode: Mode, heard: int, proxy: FaultyProxy, server: Counting
) -> None:
    proxy.turn(mode)
    assert ask(proxy)[0] == 500
    assert len(server.heard) == heard


@pytest.mark.parametrize(("mode", "heard"), [("refuse", 0), ("drop", 1), ("late", 1)])
def test_no_answer(mode: Mode, heard: int, proxy: FaultyProxy, server: Counting) -> None:
    proxy.turn(mode, seconds=0.05)
    with pytest.raises((OSError, HTTPException)):
        ask(proxy)
    assert len(server.heard) == heard
    proxy.turn("pass")
    assert ask(proxy) == (200, b"ok")


def test_a_slow_answer_comes(proxy: FaultyProxy) -> None:
    proxy.turn("slow", seconds=0.2)
    before = time.monotonic()
    assert ask(proxy) == (200, b"ok")
    assert time.monotonic() - before >= 0.2


def test_what_hangs_is_never_carried_out(proxy: FaultyProxy, server: Counting) -> None:
    proxy.turn("hang")
    with pytest.raises(TimeoutError):
        ask(proxy, timeout=0.2)
    proxy.turn("pass")
    ask(proxy)
    assert server.heard == [b"post"]


def test_modes_are_drawn_alike_for_a_seed(proxy: FaultyProxy) -> None:
    drawn = []
    for _ in range(2):
        proxy.turn_at_random(7, {"error": 0.3, "drop": 0.2}, seconds=0.0)
        drawn.append([proxy.mode_of_next() for _ in range(50)])
    assert drawn[0] == drawn[1]
    assert set(drawn[0]) == {"pass", "error", "drop"}
