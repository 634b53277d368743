"""The HTTP server of the API: uvicorn, in a thread of its own, on a socket that is bound first."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from sweeps.service.only_one import ServingError
from sweeps.service.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp

BACKLOG = 1024
SECONDS_TO_END = 3
"""What requests under way, and streams, have when the service ends."""


def listening(settings: Settings) -> socket.socket:
    """The socket that the service is reached at. Raises ServingError when there can be none."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio sends each answer at once only where the socket says that it is TCP.
    door = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((settings.host, settings.port))
        door.listen(BACKLOG)
    except OSError as error:
        door.close()
        raise ServingError(_why(settings, error)) from error
    return door


class ApiServer:
    """Answers requests from `start` to `close`; `fell` is called when it ends by itself."""

    def __init__(
        self, app: ASGIApp, door: socket.socket, settings: Settings, fell: Callable[[], None]
    ) -> None:
        import uvicorn

        from sweeps.service.connections import server_options

        config = uvicorn.Config(
            app,
            **server_options(settings),
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=SECONDS_TO_END,
            backlog=BACKLOG,
        )
        self.failure = "it ended"
        self._server = uvicorn.Server(config)
        self._door = door
        self._fell = fell
        self._thread = threading.Thread(target=self._run, name="api", daemon=True)

    def start(self) -> None:
        """Answer, from now on: connections wait in the socket until then."""
        self._thread.start()

    def close(self) -> None:
        """Answer nothing new, and give what is under way some seconds."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._door])
        except (Exception, SystemExit) as error:  # noqa: BLE001 - told by the thread that waits
            self.failure = f"{type(error).__name__}: {error}"
        finally:
            if not self._server.should_exit:
                self._fell()


def _why(settings: Settings, error: OSError) -> str:
    place = f"{settings.host}:{settings.port}"
    if error.errno == errno.EADDRINUSE:
        return f"port {settings.port} on {settings.host} is taken: say another --port, or 0 for any"
    if error.errno == errno.EACCES:
        return f"port {settings.port} is not for this user: say a --port above 1023"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"--host: {settings.host!r} is no address of this machine"
    return f"nothing can listen at {place}: {error.strerror or error}"
