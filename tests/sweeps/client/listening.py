"""An ASGI application on a loopback port, in a thread of the test's process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


@contextmanager
def listening(app: Any, **options: Any) -> Iterator[str]:
    """Its address, for as long as the block lasts; `options` are uvicorn's."""
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    quiet: dict[str, Any] = {"log_config": None, "access_log": False, "lifespan": "off"}
    config = uvicorn.Config(app, timeout_graceful_shutdown=1, **quiet, **options)
    server = Ready(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, name="uvicorn")
    thread.start()
    try:
        assert server.is_up.wait(20)
        yield f"http{'s' if config.is_ssl else ''}://127.0.0.1:{door.getsockname()[1]}"
    finally:
        for name in ("streams", "reports"):
            kept = getattr(getattr(app, "state", None), name, None)
            if kept is not None:
                kept.close()
        server.should_exit = True
        thread.join()
        door.close()


class Ready(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()
