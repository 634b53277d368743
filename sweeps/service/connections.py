"""How uvicorn speaks to clients: HTTP/1.1 alone, with little patience, and limits by address."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any

import h11
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol

from sweeps.service import by_address
from sweeps.service.answering import problem
from sweeps.service.by_address import ByAddress
from sweeps.service.guards.form import HEADER_BYTES
from sweeps.service.guards.rate import address_of, unmapped
from sweeps.service.problems import FAILED, ProblemError
from sweeps.service.settings import Settings

CONNECTIONS = 1_000
"""At once; whoever comes then is told 503."""

IDLE_SECONDS = 30
"""How long a connection is kept for another request."""

log = logging.getLogger(__name__)


class ImpatientProtocol(H11Protocol):
    """Hangs up on who takes longer than `head_seconds` over the head of a request.

    The guards limit what follows the head; they see nothing before it is whole. An address that has
    as many connections as it may (`held` counts those of a server) is told so and hung up on: 429.
    """

    head_seconds = 10.0
    _hanging_up: asyncio.TimerHandle | None = None
    _refused = False
    _counted: str | None = None

    def __init__(self, *arguments: Any, held: ByAddress, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._held = held

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, unless the address has too many connections."""
        super().connection_made(transport)
        if self.client is not None:  # uvicorn compares it with the proxy's address, too
            self.client = unmapped(self.client[0]), self.client[1]
        address = address_of({"client": self.client})
        if self._of_proxy():
            self._watch()
        elif self._held.take(address):
            self._counted = address
            self._watch()
        else:
            self._refuse(address)

    def data_received(self, data: bytes) -> None:
        """Go on waiting, if the head is not whole with this."""
        if self._refused:  # TLS hands over what it has, though nothing may follow
            return
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._forget()
        if self._counted is not None:
            self._held.give_back(self._counted)
        super().connection_lost(exc)

    def _of_proxy(self) -> bool:
        """Whether the operator's proxy is there, which brings all its clients from one address."""
        if self.client is None or not isinstance(self.app, ProxyHeadersMiddleware):
            return False
        return self.client[0] in self.app.trusted_hosts

    def _refuse(self, address: str) -> None:
        self._refused = True
        detail = f"{by_address.EACH} connections of one address are open already"
        log.info("%s refused: %s", address, detail)
        answer = problem(ProblemError(429, detail, FAILED, {"Retry-After": "2"}))
        head = h11.Response(
            status_code=answer.status_code, headers=[*answer.raw_headers, (b"connection", b"close")]
        )
        for event in (head, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
        # TLS waits for the client to take leave, too; meanwhile it takes nobody's place.
        self.connections.discard(self)
        self._hanging_up = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._forget()
        elif self._hanging_up is None:
            self._hanging_up = self.loop.call_later(self.head_seconds, self.transport.close)

    def _forget(self) -> None:
        if self._hanging_up is not None:
            self._hanging_up.cancel()
            self._hanging_up = None


def server_options(settings: Settings) -> dict[str, Any]:
    """What a `uvicorn.Config` for a service is given about connections.

    Addresses that a proxy writes into headers count only where the operator says that one is there.
    """
    return {
        "host": settings.host,
        "port": settings.port,
        "http": partial(ImpatientProtocol, held=ByAddress()),
        "ws": "none",
        "h11_max_incomplete_event_size": HEADER_BYTES,
        "limit_concurrency": CONNECTIONS,
        "timeout_keep_alive": IDLE_SECONDS,
        "proxy_headers": settings.behind_tls,
        "server_header": False,
        "ssl_certfile": None if settings.tls is None else str(settings.tls.certificate),
        "ssl_keyfile": None if settings.tls is None else str(settings.tls.key),
    }
