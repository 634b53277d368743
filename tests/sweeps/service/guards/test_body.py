"""Bodies that are too long, too slow, or never whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from starlette.types import Message

from sweeps.service.settings import Limits
from tests.sweeps.service.asgi import HOST, Answered, Asked, Pieces, ask
from tests.sweeps.service.guards.behind import Told, behind, status


def test_bodies_are_counted_as_they_come() -> None:
    small = {"limits": Limits(body_bytes=10)}
    assert status(Asked("POST", body=[b"12345", b"67890"]), **small) == 200
    assert status(Asked("POST", body=[b"12345", b"678901"]), **small) == 413
    declared = Asked("POST", headers=[HOST, ("content-length", "1000000000")])
    assert status(declared, **small) == 413
    lying = Asked("POST", headers=[HOST, ("content-length", "1")], body=[b"x" * 11])
    assert status(lying, **small) == 413


def test_no_more_is_taken_in_than_is_allowed() -> None:
    taken = 0

    async def endless() -> AsyncIterator[Message]:
        nonlocal taken
        while True:
            taken += 1_000
            yield {"type": "http.request", "body": b"x" * 1_000, "more_body": True}

    answered = ask(behind(Told()), Asked("POST"), endless)
    assert (answered.status, answered.headers["connection"]) == (413, "close")
    assert taken == 1_001_000


def test_slow_bodies_are_not_waited_for() -> None:
    async def slow() -> AsyncIterator[Message]:
        yield {"type": "http.request", "body": b"x", "more_body": True}
        await asyncio.Event().wait()

    answered = _limited(slow, body_seconds=0.05)
    assert (answered.status, answered.headers["connection"]) == (408, "close")


def test_who_hangs_up_is_not_answered() -> None:
    async def gone() -> AsyncIterator[Message]:
        yield {"type": "http.request", "body": b"x", "more_body": True}
        yield {"type": "http.disconnect"}

    assert _limited(gone).status == 0


def _limited(pieces: Pieces, **limits: Any) -> Answered:
    told = Told()
    answered = ask(behind(told, limits=Limits(**limits)), Asked("POST"), pieces)
    assert told.asked == 0
    return answered
