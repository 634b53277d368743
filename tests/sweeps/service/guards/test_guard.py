"""Whom requests are addressed to, who sends them, and their form: what is refused at once."""

from __future__ import annotations

import pytest

from sweeps.service.guards.form import METHODS
from tests.sweeps.service.asgi import HOST, Asked, ask
from tests.sweeps.service.guards.behind import Told, behind, status

Heads = list[tuple[str, str]]


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
def test_hosts_are_looked_at_on_every_method(host: str, found: int) -> None:
    asked = {method: status(Asked(method, headers=[("host", host)])) for method in METHODS}
    assert asked == dict.fromkeys(METHODS, found)


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
def test_pages_are_looked_at_on_every_method(heads: Heads, found: int) -> None:
    asked = {method: status(Asked(method, headers=[HOST, *heads])) for method in METHODS}
    assert asked == dict.fromkeys(METHODS, found)


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


def test_what_refusals_say_ends_no_line_of_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        ask(behind(Told()), Asked(headers=[HOST, ("origin", "http://e\r\nroot: fine")]))
    assert "refused with 403" in caplog.text
    assert "\nroot: fine" not in caplog.text
