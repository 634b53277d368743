"""What requests pass before the API sees them, one guard at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sweeps.service.guards.answer import HEADERS, REPORT_POLICY
from sweeps.service.guards.form import METHODS
from sweeps.service.guards.guard import guarded
from sweeps.service.guards.rate import CLIENTS, Rates
from sweeps.service.problems import ProblemError
from sweeps.service.settings import Limits, Settings
from sweeps.store import Store
from tests.sweeps.service.asgi import HOST, Answered, Asked, Pieces, ask

Heads = list[tuple[str, str]]


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


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("127.0.0.1:8765", 200),
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("[::1]:8765", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example:8765", 421),
        ("localhost.evil.example", 421),
        ("localhost.", 421),
        ("127.0.0.2", 421),
        ("10.0.0.5", 421),
        ("0.0.0.0", 421),
        ("2130706433", 421),
        ("", 400),
        ("127.0.0.1:8765, evil.example", 400),
        ("me@127.0.0.1", 400),
        ("127.0.0.1/x", 400),
        ("127.0.0.1:", 400),
        ("127.0.0.1:8765\t", 400),
        ("::1", 400),
        ("local\0host", 400),
    ],
)
def test_hosts_are_looked_at_on_every_method(method: str, host: str, found: int) -> None:
    assert status(Asked(method, headers=[("host", host)])) == found


def test_one_host_is_said_once() -> None:
    assert status(Asked(headers=[])) == 400
    assert status(Asked(headers=[HOST, ("host", "evil.example")])) == 400
    assert status(Asked(headers=[HOST, ("x-forwarded-host", "evil.example")])) == 200


def test_hosts_that_the_operator_named() -> None:
    named = {"hosts": ("Sweeps.lab", "fd00::5"), "host": "0.0.0.0"}
    for host in ("sweeps.lab", "SWEEPS.LAB:443", "[fd00::5]:8765", "localhost"):
        assert status(Asked(headers=[("host", host)]), **named) == 200
    assert status(Asked(headers=[("host", "x.sweeps.lab")]), **named) == 421
    here = Asked(headers=[("host", "10.0.0.5:8765")], server=("10.0.0.5", 8765))
    assert status(here, **named) == 200
    assert status(Asked(headers=[("host", "testserver")], server=("testserver", 80))) == 421


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("heads", "found"),
    [
        ([("origin", "http://127.0.0.1:8765")], 200),
        ([("origin", "HTTP://127.0.0.1:8765")], 200),
        ([("origin", "https://127.0.0.1:8765")], 403),
        ([("origin", "http://127.0.0.1:9999")], 403),
        ([("origin", "http://127.0.0.1")], 403),
        ([("origin", "http://localhost:8765")], 403),
        ([("origin", "http://evil.example")], 403),
        ([("origin", "null")], 403),
        ([("origin", "")], 403),
        ([("origin", "http://127.0.0.1:8765"), ("origin", "http://evil.example")], 403),
        ([("sec-fetch-site", "same-origin")], 200),
        ([("sec-fetch-site", "none")], 200),
        ([("sec-fetch-site", "cross-site")], 403),
        ([("sec-fetch-site", "same-site"), ("sec-fetch-mode", "cors")], 403),
    ],
)
def test_pages_are_looked_at_on_every_method(method: str, heads: Heads, found: int) -> None:
    assert status(Asked(method, headers=[HOST, *heads])) == found


def test_other_pages_may_link_here_and_show_nothing_of_it() -> None:
    link = [HOST, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]
    assert status(Asked("GET", headers=[*link, ("sec-fetch-dest", "document")])) == 200
    assert status(Asked("GET", headers=[*link, ("sec-fetch-dest", "iframe")])) == 403
    assert status(Asked("POST", headers=[*link, ("sec-fetch-dest", "document")])) == 403


def test_behind_tls_pages_are_those_of_https() -> None:
    heads = [("host", "sweeps.lab"), ("origin", "https://sweeps.lab")]
    assert status(Asked(headers=heads), hosts=("sweeps.lab",)) == 403
    assert status(Asked(headers=heads), hosts=("sweeps.lab",), behind_tls=True) == 200
    assert status(Asked(headers=heads, scheme="https"), hosts=("sweeps.lab",)) == 200


def test_websockets_are_refused() -> None:
    told = Told()
    assert ask(behind(told), Asked(kind="websocket")).status == 1008
    assert told.asked == 0


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "get", "G\tT", "X" * 500])
def test_methods_that_nobody_needs(method: str) -> None:
    assert status(Asked(method)) == 405


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("/v1/sweeps/abc", 200),
        ("/v1/sweeps?owner=%C3%A4", 200),
        ("/.well-known/x", 200),
        ("/v1/sweeps/..", 400),
        ("/v1/../etc/passwd", 400),
        ("/v1/%2e%2e/etc", 400),
        ("/v1/%2E./etc", 400),
        ("/v1/./x", 400),
        ("/v1/sweeps%2fx", 400),
        ("/v1/sweeps%5cx", 400),
        ("/v1/sweeps\\x", 400),
        ("/v1/x%00", 400),
        ("/v1/x%0d%0aSet-Cookie:x", 400),
        ("/v1/x%7f", 400),
        ("/v1/x%", 400),
        ("/v1/x%zz", 400),
        ("/v1/x y", 400),
        ("/v1/\xff", 400),
        ("v1", 400),
        ("http://evil.example/", 400),
        ("*", 400),
        ("/v1/sweeps?owner=%00", 400),
        ("/v1/sweeps?owner=a\x01", 400),
        ("/" + "a" * 1_024, 414),
        ("/?" + "a" * 4_097, 414),
    ],
)
def test_paths(target: str, found: int) -> None:
    assert status(Asked(target=target)) == found


@pytest.mark.parametrize(
    ("heads", "found"),
    [
        ([("x", "a" * 16_000)], 200),
        ([("x", "a" * 16_384)], 431),
        ([(f"x{number}", "a") for number in range(63)], 200),
        ([(f"x{number}", "a") for number in range(64)], 431),
        ([("content-length", "0"), ("transfer-encoding", "chunked")], 400),
        ([("content-encoding", "gzip")], 415),
        ([("content-encoding", "identity")], 200),
        ([("content-length", "-1")], 400),
        ([("content-length", "1e9")], 400),
        ([("content-length", "²")], 400),
        ([("content-length", "")], 400),
        ([("x-http-method-override", "DELETE")], 200),
    ],
)
def test_heads(heads: Heads, found: int) -> None:
    assert status(Asked("POST", headers=[HOST, *heads])) == found


def test_bodies_are_counted_as_they_come() -> None:
    small = {"limits": Limits(body_bytes=10)}
    assert status(Asked("POST", body=[b"12345", b"67890"]), **small) == 200
    assert status(Asked("POST", body=[b"12345", b"678901"]), **small) == 413
    declared = Asked("POST", headers=[HOST, ("content-length", "1000000000")])
    assert status(declared, **small) == 413
    lying = Asked("POST", headers=[HOST, ("content-length", "1")], body=[b"x" * 11])
    assert status(lying, **small) == 413


def test_no_more_is_taken_in_than_is_allowed() -> None:
    taken = 0

    async def endless() -> AsyncIterator[Message]:
        nonlocal taken
        while True:
            taken += 1_000
            yield {"type": "http.request", "body": b"x" * 1_000, "more_body": True}

    answered = ask(behind(Told()), Asked("POST"), endless)
    assert (answered.status, answered.headers["connection"]) == (413, "close")
    assert taken == 1_001_000


def test_slow_bodies_are_not_waited_for() -> None:
    async def slow() -> AsyncIterator[Message]:
        yield {"type": "http.request", "body": b"x", "more_body": True}
        await asyncio.Event().wait()

    answered = _limited(slow, body_seconds=0.05)
    assert (answered.status, answered.headers["connection"]) == (408, "close")


def test_who_hangs_up_is_not_answered() -> None:
    async def gone() -> AsyncIterator[Message]:
        yield {"type": "http.request", "body": b"x", "more_body": True}
        yield {"type": "http.disconnect"}

    assert _limited(gone).status == 0


def _limited(pieces: Pieces, **limits: Any) -> Answered:
    told = Told()
    answered = ask(behind(told, limits=Limits(**limits)), Asked("POST"), pieces)
    assert told.asked == 0
    return answered


def test_clients_are_slowed_down_and_not_one_for_another() -> None:
    app = behind(Told(), limits=Limits(requests=0.001, burst=3))
    statuses = [ask(app, Asked()) for _ in range(5)]
    assert [one.status for one in statuses] == [200, 200, 200, 429, 429]
    assert int(statuses[-1].headers["retry-after"]) > 900
    assert ask(app, Asked(client=("10.0.0.1", 1))).status == 200
    forwarded = [HOST, ("x-forwarded-for", "10.0.0.9"), ("forwarded", "for=10.0.0.9")]
    assert ask(app, Asked(headers=forwarded)).status == 429


def test_what_foreign_pages_send_is_not_counted() -> None:
    app = behind(Told(), limits=Limits(requests=0.001, burst=1))
    for _ in range(5):
        assert ask(app, Asked(headers=[HOST, ("origin", "http://evil.example")])).status == 403
    assert ask(app, Asked()).status == 200


def test_a_bucket_fills_again_and_no_further() -> None:
    now = 0.0
    rates = Rates(Limits(requests=2.0, burst=4), lambda: now)

    def taken() -> int:
        for number in range(100):
            try:
                rates.take("ada")
            except ProblemError as refused:
                assert refused.status == 429
                return number
        raise AssertionError("never refused")

    assert taken() == 4
    assert taken() == 0
    now = 1.0
    assert taken() == 2
    now = 1_000.0
    assert taken() == 4


def test_buckets_are_no_more_than_fit() -> None:
    rates = Rates(Limits())
    for number in range(CLIENTS + 500):
        rates.take(str(number))
    assert len(rates) == CLIENTS


def test_one_network_is_one_client() -> None:
    app = behind(Told(), limits=Limits(requests=0.001, burst=1))
    assert ask(app, Asked(client=("2001:db8::1", 1))).status == 200
    assert ask(app, Asked(client=("2001:db8::2", 1))).status == 429
    assert ask(app, Asked(client=("2001:db8:0:1::2", 1))).status == 200


def test_answers_that_do_not_come() -> None:
    over = threading.Event()

    def waiting(_: Request) -> PlainTextResponse:
        over.wait(30)
        return PlainTextResponse("late")

    app = behind(Starlette(routes=[Route("/", waiting)]), limits=Limits(answer_seconds=0.05))

    async def both() -> Answered:
        from tests.sweeps.service.asgi import asked

        answered = await asked(app, Asked(), _quiet)
        over.set()
        return answered

    answered = asyncio.run(both())
    assert (answered.status, answered.headers["retry-after"]) == (503, "5")


def test_streams_may_last_as_long_as_somebody_reads() -> None:
    async def drops() -> AsyncIterator[bytes]:
        for _ in range(4):
            await asyncio.sleep(0.03)
            yield b"x"

    def stream(_: Request) -> StreamingResponse:
        return StreamingResponse(drops())

    app = behind(Starlette(routes=[Route("/", stream)]), limits=Limits(answer_seconds=0.05))
    answered = ask(app, Asked(), _quiet)
    assert (answered.status, answered.body) == (200, b"xxxx")


def test_who_does_not_read_is_hung_up_on() -> None:
    async def never(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def run() -> None:
        app = behind(Told(), limits=Limits(answer_seconds=0.05))
        coming = _body_once()
        await app(Asked().scope, lambda: anext(coming), never)

    with pytest.raises(TimeoutError):
        asyncio.run(run())


def test_every_answer_tells_browsers_to_be_careful() -> None:
    for request in (Asked(target="/v1/me"), Asked(headers=[("host", "evil.example")])):
        answered = ask(behind(Told()), request)
        for name, text in HEADERS.items():
            assert answered.headers[name.lower()] == text
    assert ask(behind(Told()), Asked(target="/v1/me")).headers["cache-control"] == "no-store"
    assert "cache-control" not in ask(behind(Told()), Asked()).headers


def test_a_report_says_itself_what_it_may_load() -> None:
    async def report(scope: Scope, receive: Receive, send: Send) -> None:
        heads = {"Content-Security-Policy": REPORT_POLICY}
        await PlainTextResponse("", headers=heads)(scope, receive, send)

    answered = ask(behind(report), Asked(target="/v1/sweeps/abc/report"))
    assert answered.headers["content-security-policy"] == REPORT_POLICY


def test_what_refusals_say_ends_no_line_of_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        ask(behind(Told()), Asked(headers=[HOST, ("origin", "http://e\r\nroot: fine")]))
    assert "refused with 403" in caplog.text
    assert "\nroot: fine" not in caplog.text


async def _quiet() -> AsyncIterator[Message]:
    """A client that has asked, and waits."""
    yield {"type": "http.request", "body": b"", "more_body": False}
    await asyncio.Event().wait()


async def _body_once() -> AsyncIterator[Message]:
    yield {"type": "http.request", "body": b"", "more_body": False}
