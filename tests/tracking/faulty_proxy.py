"""An HTTP proxy on this machine that fails as servers and networks do."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, get_args
from urllib.parse import urlsplit

Mode = Literal["pass", "refuse", "error", "slow", "drop", "commit_and_fail", "late", "hang"]
"""What happens to a request. `refuse`: nobody listens. `error`: 500, and the server never hears of
it. `slow`: the answer takes `seconds` more. `drop`: carried out, but the connection ends without an
answer. `commit_and_fail`: carried out, and answered with 500. `late`: carried out `seconds` later,
when the client has given up. `hang`: no answer until the mode changes; never carried out."""

_HOST = "127.0.0.1"
_NOT_FORWARDED = {"connection", "transfer-encoding", "content-length", "host"}
_ERROR = b"the database is on fire"


class FaultyProxy:
    """Stands before the server at `upstream`; `address` is what clients are given.

    Modes are switched with `turn`, or drawn for every request with `turn_at_random`.
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream).netloc
        self.seconds = 0.5
        self.seen: Counter[Mode] = Counter()
        self._mode: Mode = "pass"
        self._chances: Mapping[Mode, float] = {}
        self._random = random.Random(0)
        self._changed = threading.Event()
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._listen(0)

    def __enter__(self) -> FaultyProxy:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.turn("refuse")

    @property
    def address(self) -> str:
        return f"http://{_HOST}:{self._port}"

    def turn(self, mode: Mode, seconds: float = 0.5) -> None:
        """Treat every request so from now on; what hangs or is slow is let go."""
        assert mode in get_args(Mode)
        self._chances, self._mode, self.seconds = {}, mode, seconds
        self._let_go()
        if mode == "refuse":
            self._stop_listening()
        elif self._server is None:
            self._listen(self._port)

    def turn_at_random(self, seed: int, chances: Mapping[Mode, float], seconds: float) -> None:
        """Draw a mode for every request; what is left of the chances lets it pass."""
        self.turn("pass", seconds)
        self._random = random.Random(seed)
        self._chances = chances

    def mode_of_next(self) -> Mode:
        with self._lock:
            mode = self._mode
            if self._chances:
                rest = max(0.0, 1 - sum(self._chances.values()))
                chances = {**self._chances, "pass": rest}
                mode = self._random.choices([*chances], [*chances.values()])[0]
            self.seen[mode] += 1
            return mode

    def wait(self, seconds: float) -> None:
        """Return after that time, or when the mode changes."""
        self._changed.wait(seconds)

    def _let_go(self) -> None:
        self._changed.set()
        self._changed = threading.Event()

    def _listen(self, port: int) -> None:
        self._server = _Server((_HOST, port), _Handler)
        self._server.proxy = self
        self._port = int(self._server.server_address[1])
        threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="faulty-proxy", daemon=True
        ).start()

    def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128
    proxy: FaultyProxy


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    server: _Server

    def handle_one_request(self) -> None:
        with suppress(OSError):  # the client has given up, or the proxy wants it to
            super().handle_one_request()
            return
        self.close_connection = True

    def _handle(self) -> None:
        proxy, body = self.server.proxy, self._body()
        mode, seconds = proxy.mode_of_next(), proxy.seconds
        if mode in ("late", "hang", "slow"):
            proxy.wait(60.0 if mode == "hang" else seconds)
        if mode in ("refuse", "hang"):
            raise ConnectionAbortedError
        status, headers, answer = (500, {}, _ERROR) if mode == "error" else self._forward(body)
        if mode in ("drop", "late"):
            raise ConnectionAbortedError
        if mode == "commit_and_fail":
            status, headers, answer = 500, {}, _ERROR
        self._answer(status, headers, answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815

    def log_message(self, format: str, *arguments: object) -> None:
        pass

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _forward(self, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        upstream = HTTPConnection(self.server.proxy.upstream, timeout=60)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in _NOT_FORWARDED}
        try:
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            upstream.close()

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in _NOT_FORWARDED:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
