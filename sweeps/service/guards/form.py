"""The form of a request: methods, paths and headers that no client of ours ever sends."""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.types import Scope

from sweeps.service.problems import ProblemError

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
LONGEST_PATH = 1_024
LONGEST_QUERY = 4_096
MOST_HEADERS = 64
HEADER_BYTES = 16_384

_HIDDEN = re.compile(rb"%(?:2f|5c|00|0a|0d|7f)|%(?![0-9a-f]{2})|[\x00-\x20\x7f-\xff\\]", re.I)
"""In a path as it was sent: separators in disguise, what ends a line or a text, half an escape."""

_ENDS = re.compile(rb"%00|[\x00-\x20\x7f-\xff]", re.I)
"""In a query: no database takes it in a text."""


def refuse_misshapen(scope: Scope, headers: Headers) -> None:
    """Raise ProblemError, 400, 405, 414, 415 or 431, for what is no honest request."""
    if scope["method"] not in METHODS:
        raise ProblemError(
            405, f"no such method here: {scope['method'][:20]!r}", headers={"Allow": _listed()}
        )
    _refuse_headers(headers)
    _refuse_path(scope)


def _refuse_headers(headers: Headers) -> None:
    sent = headers.raw
    if len(sent) > MOST_HEADERS or sum(len(key) + len(text) for key, text in sent) > HEADER_BYTES:
        raise ProblemError(
            431, f"more than {MOST_HEADERS} headers, or than {HEADER_BYTES:,} bytes of them"
        )
    if "content-length" in headers and "transfer-encoding" in headers:
        # A proxy may have read the other one, and another request in the rest.
        raise ProblemError(400, "a body has a Content-Length or a Transfer-Encoding, not both")
    if headers.get("content-encoding", "identity") != "identity":
        raise ProblemError(415, "send the body as it is, without a Content-Encoding")


def _refuse_path(scope: Scope) -> None:
    sent: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    if len(sent) > LONGEST_PATH or len(query) > LONGEST_QUERY:
        raise ProblemError(
            414, f"a path has up to {LONGEST_PATH:,} characters, a query up to {LONGEST_QUERY:,}"
        )
    parts = scope["path"].split("/")
    if parts[0] or "." in parts or ".." in parts or _HIDDEN.search(sent) or _ENDS.search(query):
        raise ProblemError(400, "the path or the query holds what no address of this service does")


def _listed() -> str:
    return ", ".join(METHODS)
