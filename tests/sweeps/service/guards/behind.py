"""An application behind the guards, for one request at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from sweeps.service.guards.guard import guarded
from sweeps.service.settings import Settings
from sweeps.store import Store
from tests.sweeps.service.asgi import Asked, ask


class Told:
    """An application that answers with how long the body was, and remembers that it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += scope["type"] == "http"
        body = await Request(scope, receive).body()
        await PlainTextResponse(str(len(body)))(scope, receive, send)


def behind(app: ASGIApp, **settings: Any) -> ASGIApp:
    return guarded(app, Settings(Store(Path("s")), **settings))


def status(request: Asked, **settings: Any) -> int:
    told = Told()
    answered = ask(behind(told, **settings), request)
    assert told.asked == (answered.status == 200)
    if answered.status != 200:
        assert answered.headers["content-type"] == "application/problem+json"
        assert answered.json["status"] == answered.status
    assert "server" not in answered.headers
    return answered.status
