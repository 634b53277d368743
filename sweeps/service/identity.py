"""Who asks: the token of a request, and what its role may do."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from anyio import to_thread
from fastapi import Request
from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from sweeps.errors import LedgerError
from sweeps.ledger.jobs import Job
from sweeps.ledger.tokens import ROLES, Role, Token, any_there, find
from sweeps.ledger.view import LedgerView
from sweeps.service.problems import ProblemError

COOKIE = "sweeps_token"
"""How the page carries its token."""

KNOWN_SECONDS = 1.0
"""How long a token that was found is believed without looking again: a revocation takes that."""

_KNOWN_AT_MOST = 1_000


@dataclass(frozen=True)
class Who:
    """Somebody whom the service knows; `token_id` is None where it asks nobody for a token."""

    name: str
    role: Role
    token_id: str | None = None

    def may(self, role: Role) -> bool:
        """Whether this one has the role, or a higher one."""
        return ROLES.index(self.role) >= ROLES.index(role)


LOCAL = Who("local", "admin")
"""Everybody, on a service that only its own machine reaches and that has no tokens."""


class Identities:
    """Whom a service knows. One per service; methods may be called from any thread."""

    def __init__(self, ledger: LedgerView, *, auth: bool) -> None:
        self._ledger = ledger
        self._auth = auth
        self._asked_at = -KNOWN_SECONDS
        self._known: OrderedDict[str, tuple[Token, float]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def auth(self) -> bool:
        """Whether a token is asked for: as the operator says, and once any was ever made."""
        if not self._auth and time.monotonic() - self._asked_at >= KNOWN_SECONDS:
            self._auth = any_there(self._ledger)
            self._asked_at = time.monotonic()
        return self._auth

    def who(self, headers: Headers) -> Who:
        """Who sends a request with these headers. Raises ProblemError, 401, when nobody known."""
        if not self.auth:
            return LOCAL
        text = presented(headers)
        if text is None:
            raise _stranger("this service wants a token: SWEEPS_TOKEN, or --token-file")
        return self.bearer(text)

    def bearer(self, text: str) -> Who:
        """Whom a token stands for. Raises ProblemError, 401, when it is not good."""
        token = self._remembered(text) or self._looked_up(text)
        if token is None:
            raise _stranger("the token is not one of this service's")
        if token.trouble is not None:
            raise _stranger(f"the token {token.id} {token.trouble}: ask an admin for another")
        return Who(token.name, token.role, token.id)

    def verified(self, text: str) -> str | None:
        """The id of a token that was good a moment ago; looks nowhere, so that it is quick."""
        token = self._remembered(text)
        return None if token is None else token.id

    def _remembered(self, text: str) -> Token | None:
        with self._lock:
            token, until = self._known.get(_key(text), (None, 0.0))
        return token if time.monotonic() < until else None

    def _looked_up(self, text: str) -> Token | None:
        until = time.monotonic() + KNOWN_SECONDS
        token = find(self._ledger, text)
        if token is not None and token.trouble is None:
            with self._lock:
                self._known[_key(text)] = token, until
                self._known.move_to_end(_key(text))
                if len(self._known) > _KNOWN_AT_MOST:
                    self._known.popitem(last=False)
        return token


def needs(role: Role) -> Callable[[Request], Who]:
    """A FastAPI dependency: who asks, if that is somebody with the role or a higher one.

    The application carries its `Identities` as `app.state.identities`. Raises ProblemError: 401 for
    strangers, 403, with the role that is needed, for everybody else.
    """

    def asked_by(request: Request) -> Who:
        identities: Identities = request.app.state.identities
        who = identities.who(request.headers)
        if not who.may(role):
            raise ProblemError(
                403, f"this needs the role {role}, and the token of {who.name} is a {who.role}'s"
            )
        return who

    return asked_by


async def while_known(
    told: AsyncIterator[bytes], identities: Identities, headers: Headers
) -> AsyncIterator[bytes]:
    """A stream, for as long as whoever asked for it is let in: a token may end before it does.

    It ends as well when the ledger is away, so that nobody can say; readers come again.
    """
    looked = time.monotonic()
    async for piece in told:
        if time.monotonic() - looked >= KNOWN_SECONDS:
            try:
                await to_thread.run_sync(identities.who, headers)
            except (ProblemError, LedgerError):
                return
            looked = time.monotonic()
        yield piece


def owns(who: Who, job: Job | None) -> bool:
    """Whether a sweep is this one's to control: admins' all, submitters' what they submitted."""
    if who.may("admin"):
        return True
    return who.may("submitter") and job is not None and job.order.owner == who.name


def presented(headers: Headers) -> str | None:
    """The token that a request carries, be it good or not: a bearer's, or else the page's cookie.

    Of two headers, of which somebody on the way may have read the other one, neither counts.
    """
    sent = headers.getlist("authorization")
    if len(sent) > 1:
        return None
    scheme, _, text = sent[0].partition(" ") if sent else ("", "", "")
    if scheme.lower() == "bearer":
        return text.strip()
    return cookie_parser("; ".join(headers.getlist("cookie"))).get(COOKIE)


def _stranger(detail: str) -> ProblemError:
    return ProblemError(401, detail, headers={"WWW-Authenticate": 'Bearer realm="sweeps"'})


def _key(text: str) -> str:
    """Tokens are not kept in memory as they are: what shows a process's memory shows none."""
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()
