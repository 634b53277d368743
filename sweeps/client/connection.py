"""Requests to a service: the one place that speaks HTTP, and knows what may go wrong with it."""

from __future__ import annotations

import json
import random
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import httpx

from sweeps import __version__
from sweeps.client.address import Address
from sweeps.client.errors import AwayError, NoServiceError, RefusedError, ServiceError
from sweeps.client.unanswered import BrokenOffError, cut, unanswered, unfinished
from sweeps.client.versions import is_of_another, other_version

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0
GLANCE_SECONDS = 5.0
SILENCE_SECONDS = 30.0
"""A stream of events says something at least every ten seconds."""

PATIENCE = 30.0
"""Seconds for which a request is repeated that the service has no time for."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0

BUSY = (429, 503)
PROXY = (502, 503, 504)
"""What a proxy answers for a service that is not there; a service's own 503 is a problem."""
PROBLEM = "application/problem+json"
OF_SERVICE = ("application/json", PROBLEM)
"""What a service answers. Through a proxy of HTTP/1.0 nothing but its own form says it is cut."""
DESCRIPTION = "/openapi.json"
UNKNOWN_PATH = "Not Found"
"""What a service says of a path that it does not know, as another version may not."""
LONGEST_TOLD = 300
"""Characters of an answer that is no problem, in a message."""

sleep = time.sleep
clock = time.monotonic

Query = Mapping[str, str | int | bool | None]


class Connection:
    """A service's API. Requests may be sent from any thread.

    Raises AwayError where nobody answers, NoServiceError where something else does, RefusedError
    with the service's own words. What the service is too busy for is repeated for half a minute; a
    request that changes something only where repeating it changes nothing more.
    """

    def __init__(
        self, address: Address, token: str | None, transport: httpx.BaseTransport | None = None
    ) -> None:
        address.trust(token)
        self.url = address.url
        headers = {"User-Agent": f"sweeps/{__version__}", "Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        self._client = httpx.Client(
            base_url=address.url,
            headers=headers,
            verify=_verification() if address.secure else False,
            # Without TLS a proxy would read along.
            trust_env=address.secure,
            transport=transport,
        )

    def close(self) -> None:
        """Give back all connections."""
        self._client.close()

    def get(self, path: str, query: Query | None = None) -> Any:
        """The JSON at a path below the address."""
        return self._json(self._repeated("GET", path, query=query))

    def glance(self, path: str) -> Any:
        """The same, asked once and not waited for: it will be asked again soon."""
        return self._json(self._repeated("GET", path, patience=0.0, timeout=GLANCE_SECONDS))

    def text(self, path: str, query: Query | None = None, patience: float = PATIENCE) -> str:
        """The same where it is no JSON; asked for again for so many seconds while it is made."""
        return self._repeated("GET", path, query=query, accept="*/*", patience=patience).text

    def location(self, path: str) -> str | None:
        """Where a path leads to, asked once; None where it leads nowhere."""
        answer = self._repeated("GET", path, accept="*/*", patience=0.0)
        found: str | None = answer.headers.get("Location")
        return found

    def post(
        self, path: str, body: Any = None, key: str | None = None, *, repeatable: bool = True
    ) -> Any:
        """Ask for a change; with `key` it is made once, however often it is asked for."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self._json(
            self._repeated("POST", path, body=body, headers=headers, repeatable=repeatable)
        )

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str]) -> Iterator[Iterator[str]]:
        """The lines of an answer that has no end, as they come."""
        timeout = httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
        asked = {"Accept": "text/event-stream", **headers}
        request = self._client.build_request("GET", path, headers=asked, timeout=timeout)
        with self._begun(request) as response:
            if response.status_code != httpx.codes.OK:
                response.read()
            self._check(response)
            yield response.iter_lines()

    def _repeated(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        accept: str = "application/json",
        repeatable: bool = True,
        patience: float = PATIENCE,
        timeout: float = ANSWER_SECONDS,
    ) -> httpx.Response:
        """An answer that is no refusal, after as many attempts as that takes."""
        request = self._client.build_request(
            method,
            path,
            params={name: value for name, value in (query or {}).items() if value is not None},
            json=body,
            headers={"Accept": accept, **(headers or {})},
            timeout=httpx.Timeout(timeout, connect=CONNECT_SECONDS),
        )
        began, pause, broken = clock(), FIRST_PAUSE, 0
        while True:
            try:
                with self._begun(request) as response:
                    response.read()
            except BrokenOffError as error:
                # An idle connection that the service has just closed says nothing about it.
                broken += 1
                if broken > 1 or not repeatable:
                    raise AwayError(str(error)) from error
                continue
            wait = _asked_pause(response, pause)
            if not _may_pass(response) or clock() + wait - began > patience:
                self._check(response)
                return response
            sleep(wait)
            pause = min(2 * pause, LONGEST_PAUSE)

    @contextmanager
    def _begun(self, request: httpx.Request) -> Iterator[httpx.Response]:
        """An answer of which there is the head; the rest is read within."""
        with unanswered(self.url, CONNECT_SECONDS):
            response = self._client.send(request, stream=True)
        with closing(response), unfinished(self.url):
            yield response

    def _check(self, response: httpx.Response) -> None:
        """Raise what is no answer to the request."""
        status = response.status_code
        refused = self._refused(status, response) if _kind(response) == PROBLEM else None
        if refused is not None and is_of_another(refused):
            raise other_version(self.url, self._version(), refused)
        if refused is not None and str(refused) != UNKNOWN_PATH:
            raise refused
        if status in PROXY:
            raise AwayError(
                f"what stands before {self.url} answers {status} {response.reason_phrase}: the "
                "service behind it is away"
            )
        if status >= httpx.codes.BAD_REQUEST:
            raise NoServiceError(
                f"{self.url} is no service of sweeps, or one of another version: it answers "
                f"{status} {response.reason_phrase} at {response.request.url.path}"
            )

    def _version(self) -> str | None:
        """The service's, from its description; None where it does not give that."""
        try:
            with self._begun(self._client.build_request("GET", DESCRIPTION)) as response:
                response.read()
            return str(self._json(response)["info"]["version"])
        except (ServiceError, LookupError, TypeError):
            return None  # there is something else to be told, which is worth more

    def _refused(self, status: int, response: httpx.Response) -> RefusedError:
        problem = self._json(response)
        detail = str(problem.get("detail") or problem.get("title") or status)[:5000]
        return RefusedError(
            status, detail, int(problem.get("exit_code", 1)), str(problem.get("lines") or "")
        )

    def _json(self, response: httpx.Response) -> Any:
        if response.is_redirect:
            there = response.headers["Location"]
            raise NoServiceError(f"{self.url} leads to {there}: write the address that is meant")
        try:
            return json.loads(response.content)
        except ValueError as error:
            if _kind(response) in OF_SERVICE:
                raise cut(self.url, error) from error
            told = response.text[:LONGEST_TOLD].partition("\n")[0]
            raise NoServiceError(
                f"{self.url} is no service of sweeps: it answers {told!r}"
            ) from error


def _verification() -> ssl.SSLContext:
    """The authorities that are trusted: those of SSL_CERT_FILE, or those known everywhere."""
    return httpx.create_ssl_context()


def _kind(response: httpx.Response) -> str:
    """Its content type, without what may follow."""
    kind: str = response.headers.get("Content-Type", "").partition(";")[0].strip()
    return kind


def _may_pass(response: httpx.Response) -> bool:
    """Whether the service says that the same may be asked again: nothing was done."""
    conflict = response.status_code == httpx.codes.CONFLICT and "Retry-After" in response.headers
    return conflict or response.status_code in BUSY


def _asked_pause(response: httpx.Response, otherwise: float) -> float:
    """Seconds until the request may be repeated, as the service says; never at one with others."""
    said = response.headers.get("Retry-After", "")
    seconds = float(said) if said.isascii() and said.isdecimal() else otherwise
    return seconds + random.uniform(0, otherwise)
