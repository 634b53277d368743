"""What a client does with whatever may answer, or not answer, at an address."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Sequence
from contextlib import closing

import httpx
import pytest

from sweeps import __version__
from sweeps.client import connection as module
from sweeps.client.address import Address
from sweeps.client.connection import Connection
from sweeps.client.errors import AddressError, AwayError, NoServiceError, RefusedError
from sweeps.errors import LedgerAwayError

HERE = Address.of("http://127.0.0.1:8765")
Answer = httpx.Response | Exception


class Waits:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    found = Waits()
    monkeypatch.setattr(module, "sleep", found.sleep)
    monkeypatch.setattr(module, "clock", lambda: found.now)
    return found


def connected(
    answers: Sequence[Answer], asked: list[httpx.Request], token: str | None = None
) -> Connection:
    """To a service that gives these answers one after the other, the last one again and again."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        found = answers[min(len(asked), len(answers)) - 1]
        if isinstance(found, Exception):
            raise found
        return found

    return Connection(HERE, token, httpx.MockTransport(answer))


def problem(
    status: int, detail: str, headers: dict[str, str] | None = None, **more: object
) -> Answer:
    body = {"title": "no", "status": status, "detail": detail, "exit_code": 2, "lines": ""} | more
    kind = {"Content-Type": "application/problem+json"}
    return httpx.Response(status, content=json.dumps(body), headers=kind | (headers or {}))


OK = httpx.Response(200, json={"ok": True})


def test_a_problem_is_told_in_the_services_words() -> None:
    asked: list[httpx.Request] = []
    lines = "Traceback\n  it"
    connection = connected([problem(422, "s.yaml:3:1: no", lines=lines)], asked)
    with pytest.raises(RefusedError) as raised:
        connection.post("/v1/sweeps", {"a": 1}, "key")
    error = raised.value
    assert (str(error), error.status, error.exit_code, error.lines) == (
        "s.yaml:3:1: no",
        422,
        2,
        lines,
    )
    assert asked[0].headers["Idempotency-Key"] == "key"
    assert json.loads(asked[0].content) == {"a": 1}


@pytest.mark.parametrize(
    ("described", "theirs"),
    [
        (httpx.Response(200, json={"info": {"version": "0.0.9"}}), "0.0.9"),
        (httpx.Response(200, json=[]), "which one is unknown"),
        (httpx.Response(404, text="no"), "which one is unknown"),
    ],
)
def test_a_service_that_does_not_know_a_parameter_is_of_another_version(
    described: Answer, theirs: str
) -> None:
    """One of before courses were read by pages."""
    asked: list[httpx.Request] = []
    unknown = "query.after: unknown; known here: none"
    connection = connected([problem(422, unknown), described], asked)
    with pytest.raises(NoServiceError) as raised:
        connection.get("/v1/sweeps/a/course", {"after": -1})
    assert str(raised.value) == (
        f"the service at {HERE.url} is of another version ({theirs}) than this command "
        f"({__version__}): {unknown}"
    )
    assert [request.url.path for request in asked] == ["/v1/sweeps/a/course", "/openapi.json"]


def test_the_token_is_a_header_and_nothing_else() -> None:
    asked: list[httpx.Request] = []
    connection = connected([OK], asked, "swp_a_b")
    assert connection.get("/v1/me", {"a": None, "b": True, "c": 3}) == {"ok": True}
    assert asked[0].headers["Authorization"] == "Bearer swp_a_b"
    assert str(asked[0].url) == "http://127.0.0.1:8765/v1/me?b=true&c=3"
    with pytest.raises(AddressError, match="not sent where others can read it"):
        Connection(Address.of("http://10.0.0.2"), "swp_a_b")


def test_paths_go_below_the_addresss_own() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return OK

    address = Address.of("http://127.0.0.1:1/team/")
    with closing(Connection(address, None, httpx.MockTransport(answer))) as connection:
        connection.get("/v1/sweeps/a%2Fb")
    assert asked[0].url.raw_path == b"/team/v1/sweeps/a%2Fb"


def test_what_is_too_busy_is_asked_again(waits: Waits) -> None:
    asked: list[httpx.Request] = []
    busy = [problem(503, "away", {"Retry-After": "7"}), problem(429, "slow down"), OK]
    connection = connected(busy, asked)
    assert connection.post("/v1/sweeps", {}, "one key") == {"ok": True}
    assert len(asked) == 3
    assert {request.headers["Idempotency-Key"] for request in asked} == {"one key"}
    first, second = waits.slept
    assert 7.0 <= first <= 7.0 + module.FIRST_PAUSE
    assert second < 2.0


def test_what_is_just_beginning_is_asked_again(waits: Waits) -> None:
    asked: list[httpx.Request] = []
    beginning = problem(409, "is just being begun", {"Retry-After": "1"})
    connection = connected([beginning, OK], asked)
    assert connection.post("/v1/sweeps/a/extend", repeatable=False) == {"ok": True}
    again: list[httpx.Request] = []
    connection = connected([problem(409, "is final")], again)
    with pytest.raises(RefusedError, match="is final"):
        connection.post("/v1/sweeps/a/stop")
    assert (len(asked), len(again)) == (2, 1)


def test_that_is_given_up_in_the_end(waits: Waits) -> None:
    asked: list[httpx.Request] = []
    connection = connected([problem(503, "about to end", exit_code=1)], asked)
    with pytest.raises(RefusedError, match="about to end"):
        connection.get("/v1/sweeps")
    assert module.PATIENCE - module.LONGEST_PAUSE * 2 < waits.now <= module.PATIENCE
    assert len(asked) > 5


def test_a_long_wait_that_is_asked_for_is_not_waited(waits: Waits) -> None:
    asked: list[httpx.Request] = []
    answers = [problem(429, "1,000 sweeps", {"Retry-After": "60"})]
    connection = connected(answers, asked)
    with pytest.raises(RefusedError, match="1,000 sweeps"):
        connection.post("/v1/sweeps", {}, "key")
    assert (len(asked), waits.slept) == (1, [])


BROKEN = httpx.RemoteProtocolError("Server disconnected without sending a response.")


def test_a_connection_that_breaks_is_taken_up_once() -> None:
    asked: list[httpx.Request] = []
    connection = connected([BROKEN, OK], asked)
    assert connection.get("/v1/sweeps") == {"ok": True}
    again: list[httpx.Request] = []
    connection = connected([BROKEN], again)
    with pytest.raises(AwayError, match=r"broke off before it answered .*; is it https\?$"):
        connection.get("/v1/sweeps")
    assert (len(asked), len(again)) == (2, 2)


def test_what_would_be_done_twice_is_not_repeated() -> None:
    asked: list[httpx.Request] = []
    with closing(connected([BROKEN, OK], asked)) as connection, pytest.raises(AwayError):
        connection.post("/v1/sweeps/a/extend", {"trials": 3}, repeatable=False)
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(200, text="<html>\nHello"), "is no service of sweeps: it answers '<html>'"),
        (
            httpx.Response(404, text="nothing here"),
            "is no service of sweeps, or one of another version: it answers 404 Not Found at /v1/x",
        ),
        (problem(404, "Not Found"), "or one of another version: it answers 404 Not Found at /v1/x"),
        (httpx.Response(500, text="no"), "it answers 500 Internal Server Error at /v1/x"),
        (
            httpx.Response(301, headers={"Location": "https://there/v1/x"}),
            "leads to https://there/v1/x: write the address that is meant",
        ),
    ],
)
def test_what_is_no_service(answer: Answer, said: str) -> None:
    connection = connected([answer], [])
    with pytest.raises(NoServiceError) as raised:
        connection.get("/v1/x")
    assert said in str(raised.value)
    assert str(raised.value).startswith(f"{HERE.url} ")


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_before_a_service_that_is_away(status: int, waits: Waits) -> None:
    connection = connected([httpx.Response(status, text="<html>nginx")], [])
    with pytest.raises(AwayError, match=f"what stands before {HERE.url} answers {status} "):
        connection.get("/v1/x")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (httpx.ConnectTimeout("slow"), "nobody answers at http://127.0.0.1:8765 within 5 s"),
        (httpx.ReadTimeout("slow"), "has taken the request and does not answer"),
        (
            httpx.ConnectError("[Errno 111] Connection refused"),
            "no service at http://127.0.0.1:8765: Connection refused; it is started with `sweeps ",
        ),
        (
            httpx.ConnectError(
                "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed "
                "certificate (_ssl.c:1006)"
            ),
            "cannot be trusted: self-signed certificate; where it is of an authority of your own, "
            "name that one's file in SSL_CERT_FILE",
        ),
        (
            httpx.ConnectError(
                "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: IP address mismatch, "
                "certificate is not valid for '127.0.0.1'. (_ssl.c:1006)"
            ),
            "'127.0.0.1'; call the service by a name that the certificate is for",
        ),
        (
            httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)"),
            "does not speak https ([SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006))",
        ),
    ],
)
def test_what_cannot_be_reached(error: Exception, said: str) -> None:
    connection = connected([error], [])
    with pytest.raises((AwayError, NoServiceError)) as raised:
        connection.get("/v1/x")
    assert said in str(raised.value)
    assert isinstance(raised.value, LedgerAwayError) == ("SSL" not in str(error))


def test_a_port_where_nobody_listens() -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        address = Address.of(f"http://127.0.0.1:{free.getsockname()[1]}")
        with closing(Connection(address, None)) as connection, pytest.raises(AwayError) as raised:
            connection.get("/v1/me")
    assert "Connection refused; it is started with `sweeps serve`" in str(raised.value)


def test_a_proxy_would_read_what_is_not_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, object]] = []
    client: Callable[..., object] = httpx.Client

    def remember(**options: object) -> object:
        made.append(options)
        return client(**options)

    monkeypatch.setattr(httpx, "Client", remember)
    for url in ("http://127.0.0.1:1", "https://127.0.0.1:1"):
        Connection(Address.of(url), "swp_a_b").close()
    assert [options["trust_env"] for options in made] == [False, True]
    assert all(options.get("follow_redirects") in (None, False) for options in made)
