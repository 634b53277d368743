"""The HTTP server of a service: the socket that it is reached at, its start and its end."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from sweeps.service.api_server import ApiServer, listening
from sweeps.service.only_one import ServingError
from sweeps.service.settings import Settings
from sweeps.store import Store


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(Store(tmp_path), port=0)


@pytest.fixture
def fell() -> Iterator[threading.Event]:
    yield threading.Event()


async def answering(scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def test_it_answers_from_its_start_to_its_end(settings: Settings, fell: threading.Event) -> None:
    with closing(listening(settings)) as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        with closing(ApiServer(answering, door, settings, fell.set)) as api:
            api.start()
            answer = httpx.get(address, trust_env=False)
            assert (answer.status_code, "server" in answer.headers) == (204, False)
    assert not fell.is_set()
    with pytest.raises(httpx.TransportError):
        httpx.get(address, trust_env=False)


def test_no_piece_of_an_answer_waits_for_another(settings: Settings) -> None:
    """Where the system gathers small pieces, each answer takes 40 ms longer."""

    async def sends_at_once() -> int:
        accepted = asyncio.get_running_loop().create_future()

        async def taken(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            sock = writer.get_extra_info("socket")
            accepted.set_result(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(taken, sock=listening(settings)) as server:
            await asyncio.to_thread(reached, server.sockets[0].getsockname())
            return int(await accepted)

    def reached(place: tuple[str, int]) -> None:
        with socket.create_connection(place, 10) as client:
            assert client.recv(1) == b""

    assert asyncio.run(sends_at_once())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_end_of_its_own_is_told_with_its_reason(
    settings: Settings, fell: threading.Event
) -> None:
    with closing(listening(settings)) as door:
        with closing(ApiServer(answering, door, settings, fell.set)) as api:
            door.close()
            api.start()
            assert fell.wait(10)
        assert api.failure.startswith("OSError: ") or api.failure.startswith("ValueError: ")


def test_a_taken_port_is_one_line_with_the_way_out(settings: Settings) -> None:
    with closing(listening(settings)) as door:
        port = door.getsockname()[1]
        said = f"port {port} on 127.0.0.1 is taken: say another --port, or 0 for any"
        with pytest.raises(ServingError, match=f"^{said}$"):
            listening(replace(settings, port=port))


@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.host.invalid"])
def test_a_host_that_is_not_this_machine(settings: Settings, host: str) -> None:
    with pytest.raises(ServingError, match=f"--host: '{host}' is no address of this machine"):
        listening(replace(settings, host=host))


def test_it_listens_on_ipv6_too(settings: Settings, fell: threading.Event) -> None:
    settings = replace(settings, host="::1")
    try:
        door = listening(settings)
    except ServingError:
        pytest.skip("there is no IPv6 here")
    with closing(door), closing(ApiServer(answering, door, settings, fell.set)) as api:
        api.start()
        there = replace(settings, port=door.getsockname()[1]).address
        assert httpx.get(there, trust_env=False).status_code == 204
