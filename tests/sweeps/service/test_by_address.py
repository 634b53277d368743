"""Many connections of one address: on a real server, which is uvicorn as a service has it."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from sweeps.service import by_address, connections
from sweeps.service.settings import Tls
from tests.sweeps.client.certificates import self_signed
from tests.sweeps.service.guards.behind import Told
from tests.sweeps.service.test_connections import answer, head, listening, status_line

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"
"""Both are this machine's, and different addresses to whoever is called from them."""


@pytest.fixture(autouse=True)
def _three_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_address, "EACH", 3)
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)


@contextmanager
def connected(port: int, address: str = HERE) -> Iterator[socket.socket]:
    source = (address, 0)
    with socket.create_connection((HERE, port), timeout=20, source_address=source) as client:
        yield client


def answered(client: socket.socket) -> bool:
    """Whether it gets its answer, after which the connection is still open."""
    client.sendall(head(method="GET"))
    return status_line(client).startswith(b"HTTP/1.1 200")


def test_one_address_leaves_others_their_places() -> None:
    with listening(Told()) as port, ExitStack() as stack:
        first, *_ = several = [stack.enter_context(connected(port)) for _ in range(3)]
        assert all(answered(one) for one in several)
        with connected(port) as fourth:
            said, _, body = answer(fourth).partition(b"\r\n\r\n")
        assert said.startswith(b"HTTP/1.1 429")
        assert b"retry-after: 2" in said.lower()
        assert json.loads(body)["detail"] == "3 connections of one address are open already"
        with connected(port, ELSEWHERE) as other:
            assert answered(other)
        assert all(answered(one) for one in several)
        first.sendall(head("Connection: close", method="GET"))
        assert answer(first).startswith(b"HTTP/1.1 200")
        with connected(port) as fourth:
            assert answered(fourth)


def test_who_is_refused_reads_why_though_the_request_was_sent_at_once() -> None:
    told = Told()
    with listening(told) as port, ExitStack() as stack:
        assert all(answered(stack.enter_context(connected(port))) for _ in range(3))
        for _ in range(20):
            with connected(port) as client:
                client.sendall(head("Content-Length: 1") + b"x")
                assert answer(client).startswith(b"HTTP/1.1 429")
    assert told.asked == 3


def first_piece(client: socket.socket, knowing: ssl.SSLContext, data: bytes) -> bytes:
    """Of the answer to data that comes in one piece with the end of TLS's handshake.

    The client does not hang up, and says nothing when the server does.
    """
    coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
    secured = knowing.wrap_bio(coming, going, server_hostname=HERE)

    def until_done(step: Callable[[], bytes | None]) -> bytes | None:
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                client.sendall(going.read())
                coming.write(client.recv(65_536))

    until_done(secured.do_handshake)
    secured.write(data)
    return until_done(secured.read) or b""


def test_what_is_refused_over_tls_takes_nobodys_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "CONNECTIONS", 5)
    told, files = Told(), self_signed(tmp_path)
    knowing = ssl.create_default_context(cafile=files.certificate)
    tls = Tls(files.certificate, files.key)
    with listening(told, tls=tls) as port, ExitStack() as stack:

        def said(address: str) -> bytes:
            client = stack.enter_context(connected(port, address))
            return first_piece(client, knowing, head(method="GET"))

        statuses = [said(HERE)[:12] for _ in range(6)]
        assert statuses == [b"HTTP/1.1 200"] * 3 + [b"HTTP/1.1 429"] * 3
        assert said(ELSEWHERE).startswith(b"HTTP/1.1 200")
    assert told.asked == 4
    assert caplog.messages == []


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="needs IPv6")
def test_a_proxy_of_ipv4_is_known_at_a_socket_of_ipv6() -> None:
    with listening(Told(), behind_tls=True, host="::") as port, ExitStack() as stack:
        assert all(answered(stack.enter_context(connected(port))) for _ in range(7))


def test_a_trusted_proxy_brings_as_many_as_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(Told(), behind_tls=True) as port, ExitStack() as stack:
        assert all(answered(stack.enter_context(connected(port))) for _ in range(7))
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", ELSEWHERE)
    with listening(Told(), behind_tls=True) as port, ExitStack() as stack:
        several = [stack.enter_context(connected(port, ELSEWHERE)) for _ in range(7)]
        assert all(answered(one) for one in several)
        assert all(answered(stack.enter_context(connected(port))) for _ in range(3))
        assert answer(stack.enter_context(connected(port))).startswith(b"HTTP/1.1 429")
