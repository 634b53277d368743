"""Who asks, and what that one may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.datastructures import Headers

from sweeps.ledger import tokens as ledger_tokens
from sweeps.ledger.jobs import Job, Order
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.tokens import Role
from sweeps.redaction import redacted
from sweeps.service import identity
from sweeps.service.identity import (
    KNOWN_SECONDS,
    LOCAL,
    Identities,
    Who,
    owns,
    presented,
    while_known,
)
from sweeps.service.problems import ProblemError
from sweeps.store import Store

TEXT = "swp_abcdef_" + "0" * 64


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(identity, "time", made)
    return made


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger.open(Store.at(tmp_path / "store").ledger_url)) as ledger:
        yield ledger


def bearer(text: str) -> Headers:
    return Headers({"authorization": f"Bearer {text}"})


def test_without_tokens_everybody_here_is_the_operator(ledger: Ledger, clock: Clock) -> None:
    identities = Identities(ledger, auth=False)
    assert identities.who(Headers({})) is LOCAL
    assert not identities.auth
    _, text = ledger_tokens.create(ledger, "ada", "viewer", None)
    clock.now += KNOWN_SECONDS
    assert identities.auth
    with pytest.raises(ProblemError) as refused:
        identities.who(Headers({}))
    assert refused.value.status == 401
    assert refused.value.headers["WWW-Authenticate"].startswith("Bearer")
    assert identities.who(bearer(text)).name == "ada"


def test_tokens_asked_for_where_none_was_made_let_nobody_in(ledger: Ledger) -> None:
    identities = Identities(ledger, auth=True)
    for headers in (Headers({}), bearer(TEXT), bearer("")):
        with pytest.raises(ProblemError) as refused:
            identities.who(headers)
        assert refused.value.status == 401


def test_who_needs_a_token_is_told_in_words_that_redaction_leaves_whole(ledger: Ledger) -> None:
    with pytest.raises(ProblemError) as refused:
        Identities(ledger, auth=True).who(Headers())
    said = refused.value.detail
    assert said == redacted(said) == "this service wants a token: SWEEPS_TOKEN, or --token-file"


def test_a_revoked_token_is_believed_for_a_second_at_most(ledger: Ledger, clock: Clock) -> None:
    identities = Identities(ledger, auth=True)
    token, text = ledger_tokens.create(ledger, "ada", "viewer", None)
    assert identities.verified(text) is None
    for _ in range(30):
        assert identities.bearer(text).token_id == token.id
        clock.now += KNOWN_SECONDS / 10
    ledger_tokens.revoke(ledger, token.id)
    told_at = clock.now
    with pytest.raises(ProblemError, match="was revoked"):
        while clock.now <= told_at + 10:
            identities.bearer(text)
            clock.now += KNOWN_SECONDS / 10
    assert clock.now - told_at <= KNOWN_SECONDS + 1e-6
    assert identities.verified(text) is None


def test_an_expiry_is_heard_at_once(
    ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000_000
    monkeypatch.setattr(ledger_tokens, "now_ms", lambda: now)
    identities = Identities(ledger, auth=True)
    _, text = ledger_tokens.create(ledger, "ada", "viewer", 60_000)
    assert identities.bearer(text).name == "ada"
    now += 60_000
    with pytest.raises(ProblemError, match="has expired"):
        identities.bearer(text)


def test_no_more_tokens_are_remembered_than_fit(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "_KNOWN_AT_MOST", 2)
    identities = Identities(ledger, auth=True)
    texts = [ledger_tokens.create(ledger, "ada", "viewer", None)[1] for _ in range(3)]
    for text in texts:
        identities.bearer(text)
    assert [identities.verified(text) is not None for text in texts] == [False, True, True]
    assert not any(text in repr(vars(identities)) for text in texts)


def test_unknown_tokens_leave_nothing_behind(ledger: Ledger) -> None:
    identities = Identities(ledger, auth=True)
    before = repr(vars(identities)["_known"])
    with pytest.raises(ProblemError):
        identities.bearer(TEXT)
    assert repr(vars(identities)["_known"]) == before


def test_a_stream_ends_with_the_token_that_asked_for_it(ledger: Ledger, clock: Clock) -> None:
    identities = Identities(ledger, auth=True)
    token, text = ledger_tokens.create(ledger, "ada", "viewer", None)

    async def told() -> AsyncIterator[bytes]:
        for number in range(100):
            if number == 10:
                ledger_tokens.revoke(ledger, token.id)
            yield b"%d" % number
            clock.now += KNOWN_SECONDS / 4

    heard = asyncio.run(_all(while_known(told(), identities, bearer(text))))
    assert 10 <= len(heard) <= 14
    assert len(asyncio.run(_all(while_known(told(), identities, bearer(text))))) <= 4


async def _all(pieces: AsyncIterator[bytes]) -> list[bytes]:
    return [piece async for piece in pieces]


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ([], None),
        ([("authorization", "Bearer a")], "a"),
        ([("authorization", "bearer   a ")], "a"),
        ([("authorization", "Bearer")], ""),
        ([("authorization", "a")], None),
        ([("authorization", "Basic eDp5")], None),
        ([("authorization", "Bearer a"), ("authorization", "Bearer b")], None),
        ([("authorization", "Bearer a"), ("cookie", "sweeps_token=b")], "a"),
        ([("authorization", "Basic a"), ("cookie", "sweeps_token=b")], "b"),
        ([("cookie", "x=1; sweeps_token=b; y=2")], "b"),
        ([("cookie", "Sweeps_Token=b")], None),
        ([("cookie", "sweeps_token")], None),
        ([("x-authorization", "Bearer a"), ("x-sweeps-token", "a")], None),
    ],
)
def test_where_a_token_is_looked_for(sent: list[tuple[str, str]], found: str | None) -> None:
    raw = [(name.encode(), text.encode()) for name, text in sent]
    assert presented(Headers(raw=raw)) == found


def test_roles_contain_those_before_them() -> None:
    order: tuple[Role, ...] = ("viewer", "submitter", "admin")
    for place, role in enumerate(order):
        assert [Who("ada", role).may(one) for one in order] == [
            other <= place for other in range(3)
        ]


def test_whose_a_sweep_is() -> None:
    job = Job("abcdef", Order("ada", "d"), 0)
    assert owns(Who("ada", "submitter"), job)
    assert not owns(Who("ada", "viewer"), job)
    assert not owns(Who("bob", "submitter"), job)
    assert not owns(Who("ada", "submitter"), None)
    assert owns(Who("bob", "admin"), job)
    assert owns(LOCAL, None)
