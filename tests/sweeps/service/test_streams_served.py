"""Streams as real connections have them: who hangs up, and a server that ends."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import httpx
import pytest

from sweeps.service.api_server import ApiServer, listening
from sweeps.service.events import Streams
from tests.sweeps.service.api import Service, result

LONG = 30.0


@pytest.fixture
def address(api: Service) -> Iterator[str]:
    """Where the API is served, by the service's own HTTP server."""
    settings = replace(api.desk.settings, port=0)
    with closing(listening(settings)) as door:
        server = ApiServer(api.app, door, settings, lambda: None)
        server.start()
        with closing(server):
            yield f"http://127.0.0.1:{door.getsockname()[1]}"


@pytest.fixture
def streams(api: Service) -> Streams:
    found: Streams = api.app.state.streams
    return found


def until(there: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + LONG
    while not there():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_whoever_hangs_up_is_forgotten(api: Service, address: str, streams: Streams) -> None:
    url = f"{address}/v1/sweeps/{api.submitted()}/events"
    with httpx.stream("GET", url, timeout=LONG) as stream:
        assert next(stream.iter_lines()) == "event: sweep"
        assert streams.open == 1
    until(lambda: streams.open == 0)
    assert streams._feeds == {}


def test_trials_come_as_they_end_and_the_stream_ends_whole_with_the_service(
    api: Service, address: str, streams: Streams
) -> None:
    sweep_id = api.submitted()
    claim = api.begun(sweep_id)
    numbers: list[int] = []
    begun = 0
    with httpx.stream("GET", f"{address}/v1/sweeps/{sweep_id}/events", timeout=LONG) as stream:
        lines = stream.iter_lines()
        for line in lines:
            # A beginning may be told by itself, before its end.
            if line == "event: sweep" and begun == len(numbers) < 2:
                one = result(begun)
                begun += 1
                api.ledger.begin(claim, [one.trial], {})
                api.ledger.commit(claim, [(one, 1)], {}, spent=1.0)
            elif line == "event: trial":
                next(lines)
                numbers.append(json.loads(next(lines).removeprefix("data: "))["number"])
                if len(numbers) == 2:
                    streams.close()
    assert numbers == [0, 1]
    answer = httpx.get(f"{address}/v1/sweeps/{sweep_id}/events", timeout=LONG)
    assert answer.status_code == 503
    assert answer.json()["detail"] == "the service is about to end"
