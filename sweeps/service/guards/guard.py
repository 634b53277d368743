"""What every request passes before the API sees it: one ASGI application around another."""

from __future__ import annotations

import logging

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from sweeps.service.answering import problem
from sweeps.service.guards.answer import answer_in_time, careful
from sweeps.service.guards.body import GoneError, read_body, replaying
from sweeps.service.guards.form import refuse_misshapen
from sweeps.service.guards.origin import refuse_foreign
from sweeps.service.guards.rate import Rates, address_of
from sweeps.service.identity import Identities, presented
from sweeps.service.problems import ProblemError
from sweeps.service.settings import Settings

log = logging.getLogger(__name__)


def guarded(app: ASGIApp, settings: Settings, identities: Identities | None = None) -> ASGIApp:
    """The application, for requests that are as they should be; all others get a problem.

    With the service's `identities`, requests are counted by the token that proved good a moment
    ago, else by address.
    """
    rates = Rates(settings.limits)

    def client(scope: Scope, headers: Headers) -> str:
        text = presented(headers) if identities is not None else None
        token_id = identities.verified(text) if identities is not None and text else None
        return address_of(scope) if token_id is None else f"token {token_id}"

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        headers, send = Headers(scope=scope), careful(scope, send)
        try:
            # A foreign page must not use up what its visitor may ask, so its requests count last.
            refuse_foreign(scope, headers, settings)
            rates.take(client(scope, headers))
            refuse_misshapen(scope, headers)
            body = await read_body(headers, receive, settings.limits)
        except ProblemError as refused:
            log.info("%s refused with %d: %s", address_of(scope), refused.status, refused)
            await problem(refused)(scope, receive, send)
        except GoneError:
            log.info("%s hung up within a request", address_of(scope))
        else:
            seconds = settings.limits.answer_seconds
            await answer_in_time(app, scope, replaying(body, receive), send, seconds)

    return guard
