"""What strangers and others send to a service, and the status that each gets.

A row is built from the `Besieged` service of its test, which has ada's sweep in its queue.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.sweeps.service.api import FILE
from tests.sweeps.service.asgi import HOST, Asked
from tests.sweeps.service.besieged import JSON, Besieged, bearer

Heads = tuple[tuple[str, str], ...]

OPEN = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("POST", "/v1/session"),
    ("DELETE", "/v1/session"),
}
"""What nobody is asked for a token for."""

STRANGERS = ("none", "wrong", "of another store", "expired", "revoked", "half", "as basic", "twice")


def stranger(besieged: Besieged, kind: str) -> Heads:
    """What somebody without a good token says about that."""
    good = besieged.tokens["admin"]
    match kind:
        case "none":
            return ()
        case "half":
            return (bearer(good[:-1]),)
        case "as basic":
            return (("authorization", f"Basic {good}"),)
        case "twice":
            return (bearer(besieged.tokens["wrong"]), bearer(good))
        case _:
            return (bearer(besieged.tokens[kind]),)


@dataclass(frozen=True)
class Attack:
    """A request, and the status that it must get."""

    name: str
    ask: Callable[[Besieged], Asked]
    status: int


def attacks() -> Iterator[Attack]:
    """All of them, but for those that every endpoint is tried with."""
    yield from _addressed()
    yield from _shaped()
    yield from _identified()
    yield from _carried()


def _as(role: str, method: str, target: str, *heads: tuple[str, str], body: bytes = b"") -> Any:
    def built(besieged: Besieged) -> Asked:
        token = () if role == "nobody" else (bearer(besieged.tokens[role]),)
        place = target.replace("{sweep}", besieged.sweep_id)
        host = () if any(name == "host" for name, _ in heads) else (HOST,)
        return Asked(method, place, (*host, *token, *heads), (body,))

    return built


def _addressed() -> Iterator[Attack]:
    """To other hosts, and from other pages, with an admin's token.

    What else there is in a host's name is tried on every method with the guards.
    """
    foreign = {
        "evil.example:8765": 421,
        "127.0.0.1.evil.example": 421,
        "localhost.": 421,
        "0.0.0.0:8765": 421,
        "10.0.0.7": 421,
        "": 400,
        "127.0.0.1:8765@evil.example": 400,
    }
    pages = ("null", "http://127.0.0.1:5000", "file://", "")
    for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"):
        for head, status in (
            (("host", "evil.example"), 421),
            (("origin", "http://evil.example"), 403),
            (("sec-fetch-site", "cross-site"), 403),
        ):
            name = f"{method} with {head[0]} {head[1]}"
            yield Attack(name, _as("admin", method, "/v1/sweeps", head), status)
    for host, status in foreign.items():
        name = f"to {host or 'no'} host"
        yield Attack(name, _as("admin", "POST", "/v1/sweeps", ("host", host)), status)
    for page in pages:
        name = f"from {page or 'no'} page"
        yield Attack(name, _as("admin", "POST", "/v1/sweeps", ("origin", page)), 403)
    for place in ("/", "/healthz", "/metrics", "/docs", "/openapi.json", "/nothing"):
        heads = ("host", "evil.example")
        yield Attack(f"rebound {place}", _as("nobody", "GET", place, heads), 421)


def _shaped() -> Iterator[Attack]:
    """Methods, paths and headers that are tricks."""
    for method, status in (("TRACE", 405), ("CONNECT", 405), ("BREW", 405), ("get", 405)):
        yield Attack(f"method {method}", _as("admin", method, "/v1/me"), status)
    for method in ("PUT", "PATCH", "DELETE"):
        yield Attack(f"{method} a sweep", _as("admin", method, "/v1/sweeps/{sweep}"), 405)
    override = ("x-http-method-override", "DELETE")
    yield Attack("override", _as("viewer", "POST", "/v1/sweeps/{sweep}", override), 405)
    for target, status in {
        "/v1/../etc/passwd": 400,
        "/v1/%2e%2e/%2e%2e/etc/passwd": 400,
        "/page/..%2fsettings.py": 400,
        "/page/..%5csettings.py": 400,
        "/page/%2e%2e": 400,
        "/page/settings.py": 404,
        "/page/%252e%252e%252fsettings.py": 404,
        "//evil.example/": 404,
        "/v1//sweeps": 404,
        "/v1/sweeps/": 404,
        "/V1/sweeps": 404,
        "/v1/sweeps%00": 400,
        "/v1/sweeps?name=%00": 400,
        "http://evil.example/v1/sweeps": 400,
        "/" + "a" * 5_000: 414,
        "/v1/sweeps?name=" + "a" * 5_000: 414,
    }.items():
        yield Attack(f"path {target[:40]}", _as("admin", "GET", target), status)
    yield Attack("a huge header", _as("admin", "GET", "/v1/me", ("x", "a" * 20_000)), 431)
    many = tuple((f"x{number}", "a") for number in range(100))
    yield Attack("many headers", _as("admin", "GET", "/v1/me", *many), 431)
    smuggled = (("content-length", "5"), ("transfer-encoding", "chunked"))
    yield Attack("smuggling", _as("admin", "POST", "/v1/sweeps", *smuggled, body=b"0\r\n"), 400)
    zipped = ("content-encoding", "gzip")
    yield Attack("a zip bomb", _as("admin", "POST", "/v1/sweeps", JSON, zipped, body=b"x"), 415)


def _identified() -> Iterator[Attack]:
    """Ids, names and files that are tricks: no sweep has such, and no folder is reached."""
    for typed, status in {
        "%25": 404,
        "_": 404,
        "'%20OR%201=1--": 404,
        "%C3%A4": 404,
        "%E2%80%AE": 404,
        "..": 400,
        "....%2f%2f": 400,
        "~root": 404,
        "a" * 65: 422,
        "*": 404,
    }.items():
        for part in ("", "/log", "/report", "/document", "/trials/0", "/events"):
            target = f"/v1/sweeps/{typed}{part}"
            name = f"id {target[:40]}"
            yield Attack(name, _as("admin", "GET", target), status)
    for number in ("-1", "1e3", "0x1", "999999999999999999999999"):
        target = f"/v1/sweeps/{{sweep}}/trials/{number}"
        yield Attack(f"trial {number}", _as("admin", "GET", target), 422)
    for number in ("%2e%2e", "..%2f0", "\xd9\xa3"):
        target = f"/v1/sweeps/{{sweep}}/trials/{number}"
        yield Attack(f"trial {number}", _as("admin", "GET", target), 400)
    for query in ("limit=-1", "limit=1e9", "limit=501", "before=x", "before=1-a'--"):
        yield Attack(query, _as("admin", "GET", f"/v1/sweeps?{query}"), 422)


def _carried() -> Iterator[Attack]:
    """Bodies that are no submission, and cookies."""
    post = ("POST", "/v1/sweeps")
    bodies: Mapping[str, tuple[bytes, int]] = {
        "no JSON": (b"{", 422),
        "deep JSON": (b"[" * 50_000 + b"]" * 50_000, 400),
        "bytes": (b"\xff\xfe", 422),
        "a list": (b"[]", 422),
        "a key too many": (json.dumps({"file": FILE, "owner": "ada"}).encode(), 422),
        "NaN": (b'{"file": "", "gpu_share": NaN}', 422),
        "a huge number": (b'{"file": "", "workers": 1' + b"0" * 5_000 + b"}", 400),
        "a surrogate": (b'{"file": "\\ud800"}', 422),
        "too large": (b'{"file": "' + b"a" * 1_000_000 + b'"}', 413),
        "another's name": (json.dumps({"file": FILE, "priority": 50}).encode(), 403),
    }
    for name, (body, status) in bodies.items():
        yield Attack(name, _as("submitter", *post, JSON, body=body), status)
    form = ("content-type", "application/x-www-form-urlencoded")
    content = json.dumps({"file": FILE}).encode()
    yield Attack("a form", _as("submitter", *post, form, body=b"file=x"), 422)
    yield Attack("text", _as("submitter", *post, ("content-type", "text/plain"), body=content), 422)
    for name, key in {"a long key": "a" * 129, "a key with a space": "a b", "no key": ""}.items():
        heads = (JSON, ("idempotency-key", key))
        yield Attack(name, _as("submitter", *post, *heads, body=content), 422)
    yield Attack("two cookies", _cookie("sweeps_token={admin}; sweeps_token={wrong}"), 401)
    yield Attack("a cookie of another name", _cookie("Sweeps_Token={admin}"), 401)
    yield Attack("a quoted cookie", _cookie('sweeps_token="{wrong}"'), 401)
    yield Attack("a wrong cookie", _cookie("sweeps_token={wrong}"), 401)
    yield Attack("a revoked cookie", _cookie("sweeps_token={revoked}"), 401)
    page = ("origin", "http://evil.example")
    yield Attack("a ridden cookie", _cookie("sweeps_token={admin}", page), 403)
    bad = _cookie("sweeps_token={admin}", ("authorization", "Bearer x"))
    yield Attack("a cookie behind a bad token", bad, 401)


def _cookie(template: str, *heads: tuple[str, str]) -> Callable[[Besieged], Asked]:
    def built(besieged: Besieged) -> Asked:
        cookie = ("cookie", template.format(**besieged.tokens))
        return Asked("GET", "/v1/me", (HOST, cookie, *heads))

    return built
