"""How uvicorn speaks to clients: HTTP/1.1 alone, with little patience for half a request."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from sweeps.service.guards.form import HEADER_BYTES
from sweeps.service.settings import Settings

CONNECTIONS = 1_000
"""At once; whoever comes then is told 503."""

IDLE_SECONDS = 30
"""How long a connection is kept for another request."""


class ImpatientProtocol(H11Protocol):
    """Hangs up on who takes longer than `head_seconds` over the head of a request.

    The guards limit what follows the head; they see nothing before it is whole.
    """

    head_seconds = 10.0
    _hanging_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Go on waiting, if the head is not whole with this."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._forget()
        super().connection_lost(exc)

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
        "http": ImpatientProtocol,
        "ws": "none",
        "h11_max_incomplete_event_size": HEADER_BYTES,
        "limit_concurrency": CONNECTIONS,
        "timeout_keep_alive": IDLE_SECONDS,
        "proxy_headers": settings.behind_tls,
        "server_header": False,
        "ssl_certfile": None if settings.tls is None else str(settings.tls.certificate),
        "ssl_keyfile": None if settings.tls is None else str(settings.tls.key),
    }
