"""What is sent back: with headers that tell browsers to be careful, and in time."""

from __future__ import annotations

import asyncio

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sweeps.service.answering import problem
from sweeps.service.problems import FAILED, ProblemError

PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""What the service's own pages may load: its own files, and nothing written into them."""

REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"
)
"""For a report, which holds its styles and runs nothing; set by whoever sends one."""

HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_KEPT_NOWHERE = "no-store"


async def answer_in_time(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, seconds: float
) -> None:
    """Let the application answer; one that has not begun after so many seconds is a 503.

    From then on each piece must be taken within that time: who reads nothing is hung up on.
    """
    begun = False

    async def sent(message: Message) -> None:
        nonlocal begun
        if message["type"] == "http.response.start":
            begun = True
            limit.reschedule(None)
        async with asyncio.timeout(seconds):
            await send(message)

    try:
        async with asyncio.timeout(seconds) as limit:
            await app(scope, receive, sent)
    except TimeoutError:
        if begun or not limit.expired():
            raise
        detail = f"there was no answer after {seconds:g} s"
        await problem(ProblemError(503, detail, FAILED, {"Retry-After": "5"}))(scope, receive, send)


def careful(scope: Scope, send: Send) -> Send:
    """Send with the headers that an answer has not said otherwise about."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, text in HEADERS.items():
                headers.setdefault(name, text)
            if scope["path"].startswith("/v1"):
                headers.setdefault("Cache-Control", _KEPT_NOWHERE)
        await send(message)

    return sent
