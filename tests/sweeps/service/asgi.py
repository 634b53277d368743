"""Requests as a server hands them to an application, however misshapen, without a server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

HOST = ("host", "127.0.0.1:8765")


@dataclass
class Answered:
    """What came back; the status is 0 where nothing did."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Asked:
    """A request, its head as it would stand on the wire."""

    method: str = "GET"
    target: str = "/"
    headers: Sequence[tuple[str, str]] = (HOST,)
    body: Iterable[bytes] = (b"",)
    client: tuple[str, int] | None = ("127.0.0.1", 5000)
    server: tuple[str, int] = ("127.0.0.1", 8765)
    scheme: str = "http"
    kind: str = "http"

    @property
    def scope(self) -> dict[str, Any]:
        path, _, query = self.target.partition("?")
        return {
            "type": self.kind,
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": self.scheme,
            "path": unquote(path),
            "raw_path": path.encode("latin-1"),
            "root_path": "",
            "query_string": query.encode("latin-1"),
            "headers": [
                (name.lower().encode("latin-1"), text.encode("latin-1"))
                for name, text in self.headers
            ],
            "client": self.client,
            "server": self.server,
            "state": {},
        }


Pieces = Callable[[], AsyncIterator[Message]]


async def asked(app: ASGIApp, request: Asked, pieces: Pieces | None = None) -> Answered:
    """The application's answer; `pieces` says what it receives in place of the request's body."""
    answered, coming = Answered(), pieces() if pieces else _body(request.body)

    async def receive() -> Message:
        return await anext(coming)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered.status = message["status"]
            answered.headers = {
                name.decode().lower(): text.decode() for name, text in message["headers"]
            }
        elif message["type"] == "http.response.body":
            answered.body += message.get("body", b"")
        else:
            answered.status = message.get("code", 0)

    await app(request.scope, receive, send)
    return answered


def ask(app: ASGIApp, request: Asked, pieces: Pieces | None = None) -> Answered:
    """The same, for who is not asynchronous."""
    return asyncio.run(asked(app, request, pieces))


async def _body(body: Iterable[bytes]) -> AsyncIterator[Message]:
    pieces = iter(body)
    now = next(pieces, b"")
    for later in pieces:
        yield {"type": "http.request", "body": now, "more_body": True}
        now = later
    yield {"type": "http.request", "body": now, "more_body": False}
    while True:
        yield {"type": "http.disconnect"}
