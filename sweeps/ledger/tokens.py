"""Who may use a service, in the ledger: tokens, of which only a digest is kept.

A token reads `swp_ID_SECRET`. Its secret is 256 random bits, so that one round of SHA-256 hides it
as well as any slow digest would.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

from sqlalchemy import Row, insert, select, update

from search_spaces import nearest
from sweeps.clock import now_ms
from sweeps.ledger import schema
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.sweep_row import new_id
from sweeps.ledger.view import LedgerView

Role = Literal["viewer", "submitter", "admin"]
"""Each may do what those before it may."""

ROLES: tuple[Role, ...] = get_args(Role)
PREFIX = "swp"
TEXT = re.compile(r"swp_([a-z2-9]{1,16})_([0-9a-f]{64})")
"""A token as it is typed."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_NOBODY = hashlib.sha256(b"nobody").hexdigest()
_MS: Mapping[str, int] = MappingProxyType(
    {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
)
_LONGEST_MS = 10 * 366 * 86_400_000


@dataclass(frozen=True)
class Token:
    """What is known of a token. Times are milliseconds since 1970.

    `name` is whom it stands for: tokens of one name are one user's.
    """

    id: str
    name: str
    role: Role
    created_ms: int
    expires_ms: int | None = None
    revoked_ms: int | None = None

    @property
    def trouble(self) -> str | None:
        """Why it is no longer good, in words; None while it is."""
        if self.revoked_ms is not None:
            return "was revoked"
        if self.expires_ms is not None and self.expires_ms <= now_ms():
            return "has expired"
        return None


def lifetime_ms(text: str) -> int | None:
    """How long a token lives by what was typed, as in `30d` or `12h`; None for `never`.

    Raises ValueError when it is neither, or longer than ten years.
    """
    if text == "never":
        return None
    found = re.fullmatch(r"([1-9][0-9]{0,7})([mhdw])", text, re.ASCII)
    if found is None or (span := int(found[1]) * _MS[found[2]]) > _LONGEST_MS:
        raise ValueError(
            f"{text!r} is no time that a token may live: write a number of minutes, hours, days "
            "or weeks up to ten years, as 30d, or never"
        )
    return span


def create(ledger: Ledger, name: str, role: Role, lives_ms: int | None) -> tuple[Token, str]:
    """A new token, and its text, which nobody can be told again.

    Raises ValueError for a name that could be mistaken or does not fit into a log's line.
    """
    if _NAME.fullmatch(name) is None:
        raise ValueError(
            f"{name!r} is no name for a token: up to 64 letters, digits and ._@-, the first of "
            "them a letter or a digit"
        )
    secret, now = secrets.token_hex(32), now_ms()
    token = Token(new_id(), name, role, now, None if lives_ms is None else now + lives_ms)
    with ledger.changing() as connection:
        connection.execute(insert(schema.token).values({**vars(token), "hash": _digest(secret)}))
    return token, f"{PREFIX}_{token.id}_{secret}"


def find(ledger: LedgerView, text: str) -> Token | None:
    """The token that was typed, whether or not it is still good; None when there is none such.

    An id that nobody has takes the same steps as one with a wrong secret, so that time tells
    nothing.
    """
    typed = TEXT.fullmatch(text)
    token_id, secret = typed.groups() if typed else ("", "")
    with ledger.reading() as connection:
        query = select(schema.token).where(schema.token.c.id == token_id)
        row = connection.execute(query).first()
    kept = _NOBODY if row is None else row.hash
    same = hmac.compare_digest(kept, _digest(secret))
    return _token(row) if same and row is not None else None


def tokens(ledger: LedgerView) -> list[Token]:
    """Every token that was ever made, the oldest first."""
    token = schema.token.c
    with ledger.reading() as connection:
        rows = connection.execute(select(schema.token).order_by(token.created_ms, token.id))
        return [_token(row) for row in rows]


def any_there(ledger: LedgerView) -> bool:
    """Whether a token was ever made, be it good or not."""
    with ledger.reading() as connection:
        return connection.execute(select(schema.token.c.id).limit(1)).first() is not None


def revoke(ledger: Ledger, token_id: str) -> Token:
    """Nobody gets in with this token from now on. One that was revoked before stays as it is.

    Raises LookupError when there is none of that id, naming the one that may be meant.
    """
    token = schema.token.c
    still = update(schema.token).where(token.id == token_id, token.revoked_ms.is_(None))
    with ledger.changing() as connection:
        connection.execute(still.values(revoked_ms=now_ms()))
        row = connection.execute(select(schema.token).where(token.id == token_id)).first()
    if row is None:
        raise LookupError(_unknown(token_id, tokens(ledger)))
    return _token(row)


def _unknown(typed: str, there: Sequence[Token]) -> str:
    """That this is no token's id, and which one may be meant. A token's secret is not repeated."""
    ids = [one.id for one in there if one.name == typed and one.trouble is None]
    if ids:
        are = "'s token is" if len(ids) == 1 else "'s tokens are"
        return f"tokens are revoked by id: {typed}{are} {', '.join(ids)}"
    if any(one.name == typed for one in there):
        return f"tokens are revoked by id, and no token of {typed} is good any more"
    if f"{PREFIX}_" in typed.lower():
        whole = TEXT.search(typed.lower())
        its = next((one.id for one in there if whole is not None and one.id == whole[1]), None)
        way = "`sweeps token ls` lists them" if its is None else f"that one's is {its}"
        return f"tokens are revoked by id: {way}"
    close = nearest(typed, [one.id for one in there])
    hint = f"did you mean {close}?" if close else "`sweeps token ls` lists them"
    return f"no token {typed!r} in this store; {hint}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        role=cast(Role, row.role),
        created_ms=row.created_ms,
        expires_ms=row.expires_ms,
        revoked_ms=row.revoked_ms,
    )
