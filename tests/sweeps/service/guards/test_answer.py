"""What is sent back: in time, and with headers that tell browsers to be careful."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from sweeps.service.guards.answer import HEADERS, REPORT_POLICY
from sweeps.service.settings import Limits
from tests.sweeps.service.asgi import Answered, Asked, ask, asked
from tests.sweeps.service.guards.behind import Told, behind


def test_answers_that_do_not_come() -> None:
    over = threading.Event()

    def waiting(_: Request) -> PlainTextResponse:
        over.wait(30)
        return PlainTextResponse("late")

    app = behind(Starlette(routes=[Route("/", waiting)]), limits=Limits(answer_seconds=0.05))

    async def both() -> Answered:
        answered = await asked(app, Asked(), _quiet)
        over.set()
        return answered

    answered = asyncio.run(both())
    assert (answered.status, answered.headers["retry-after"]) == (503, "5")


def test_streams_may_last_as_long_as_somebody_reads() -> None:
    async def drops() -> AsyncIterator[bytes]:
        for _ in range(4):
            await asyncio.sleep(0.2)
            yield b"x"

    def stream(_: Request) -> StreamingResponse:
        return StreamingResponse(drops())

    # More than any machine takes to begin, and less than the whole stream lasts.
    app = behind(Starlette(routes=[Route("/", stream)]), limits=Limits(answer_seconds=0.7))
    answered = ask(app, Asked(), _quiet)
    assert (answered.status, answered.body) == (200, b"xxxx")


def test_who_does_not_read_is_hung_up_on() -> None:
    async def never(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def run() -> None:
        app = behind(Told(), limits=Limits(answer_seconds=0.05))
        coming = _body_once()
        await app(Asked().scope, lambda: anext(coming), never)

    with pytest.raises(TimeoutError):
        asyncio.run(run())


def test_every_answer_tells_browsers_to_be_careful() -> None:
    for request in (Asked(target="/v1/me"), Asked(headers=[("host", "evil.example")])):
        answered = ask(behind(Told()), request)
        for name, text in HEADERS.items():
            assert answered.headers[name.lower()] == text
    assert ask(behind(Told()), Asked(target="/v1/me")).headers["cache-control"] == "no-store"
    assert "cache-control" not in ask(behind(Told()), Asked()).headers


def test_a_report_says_itself_what_it_may_load() -> None:
    async def report(scope: Scope, receive: Receive, send: Send) -> None:
        heads = {"Content-Security-Policy": REPORT_POLICY}
        await PlainTextResponse("", headers=heads)(scope, receive, send)

    answered = ask(behind(report), Asked(target="/v1/sweeps/abc/report"))
    assert answered.headers["content-security-policy"] == REPORT_POLICY


async def _quiet() -> AsyncIterator[Message]:
    """A client that has asked, and waits."""
    yield {"type": "http.request", "body": b"", "more_body": False}
    await asyncio.Event().wait()


async def _body_once() -> AsyncIterator[Message]:
    yield {"type": "http.request", "body": b"", "more_body": False}
