"""A request's body, read before anybody looks at it: no more than so many bytes and seconds."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from sweeps.service.problems import ProblemError
from sweeps.service.settings import Limits

_CLOSING = {"Connection": "close"}
"""The rest of the body is not read, so no other request can follow it."""


class GoneError(Exception):
    """The client hung up before its request was whole."""


async def read_body(headers: Headers, receive: Receive, limits: Limits) -> bytes:
    """The body, as large and as slow as it may be.

    Raises ProblemError, 400, 408 or 413, as soon as it is clear; GoneError when the client is gone.
    """
    declared = headers.getlist("content-length")
    if any(not length.isascii() or not length.isdigit() for length in declared):
        raise ProblemError(400, "a Content-Length is a number of bytes", headers=_CLOSING)
    if any(int(length[:20]) > limits.body_bytes for length in declared):
        raise _too_large(limits)
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _collected(receive, limits)
    except TimeoutError:
        raise ProblemError(
            408, f"the body was not there after {limits.body_seconds:g} s", headers=_CLOSING
        ) from None


def replaying(body: bytes, receive: Receive) -> Receive:
    """What an application receives once the body was read: that, then what the client does."""
    told = False

    async def replayed() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


async def _collected(receive: Receive, limits: Limits) -> bytes:
    pieces, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > limits.body_bytes:
            raise _too_large(limits)
        more = message.get("more_body", False)
    return b"".join(pieces)


def _too_large(limits: Limits) -> ProblemError:
    return ProblemError(
        413, f"a body may have {limits.body_bytes:,} bytes, and this one has more", headers=_CLOSING
    )
