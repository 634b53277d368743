"""Tokens in the ledger, on both engines."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict

import pytest
from sqlalchemy import select

from sweeps.ledger import schema
from sweeps.ledger import tokens as ledger_tokens
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.tokens import Token, create, find, lifetime_ms, revoke


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    with closing(Ledger.open(ledger_url)) as ledger:
        yield ledger


def test_a_token_is_found_by_its_text_alone(ledger: Ledger) -> None:
    assert not ledger_tokens.any_there(ledger)
    token, text = create(ledger, "ada", "submitter", None)
    other, other_text = create(ledger, "ada", "admin", None)
    assert ledger_tokens.any_there(ledger)
    assert (find(ledger, text), find(ledger, other_text)) == (token, other)
    assert (token.name, token.role, token.trouble) == ("ada", "submitter", None)
    assert ledger_tokens.tokens(ledger) == [token, other]
    secret, other_secret = text.split("_")[2], other_text.split("_")[2]
    for wrong in (
        "",
        "swp",
        text[:-1],
        text + "0",
        text.upper(),
        f" {text}",
        f"swp_{token.id}_{other_secret}",
        f"swp_{other.id}_{secret}",
        f"swp_{token.id}_{'0' * 64}",
        f"swp_{token.id[:3]}_{secret}",
        f"swp_%_{secret}",
        f"swp_' OR 1=1 --_{secret}",
        "swp_\0_" + secret,
    ):
        assert find(ledger, wrong) is None, wrong


def test_only_a_digest_of_the_secret_is_kept(ledger: Ledger) -> None:
    token, text = create(ledger, "ada", "viewer", None)
    secret = text.split("_")[2]
    assert len(bytes.fromhex(secret)) == 32
    with ledger.reading() as connection:
        row = connection.execute(select(schema.token)).one()
    assert secret not in repr(row)
    assert row.hash == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in repr(asdict(token))


def test_unknown_ids_are_compared_as_known_ones_are(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []
    real = hmac.compare_digest

    def noted(kept: str, typed: str) -> bool:
        compared.append(typed)
        return real(kept, typed)

    _, text = create(ledger, "ada", "viewer", None)
    monkeypatch.setattr(hmac, "compare_digest", noted)
    find(ledger, text)
    find(ledger, f"swp_zzzzzz_{text.split('_')[2]}")
    assert len(compared) == 2
    assert compared[0] == compared[1]


def test_the_text_that_means_nobody_lets_nobody_in(ledger: Ledger) -> None:
    create(ledger, "ada", "viewer", None)
    for secret in ("nobody", b"nobody".hex(), "nobody".ljust(64, "0")):
        assert find(ledger, f"swp_zzzzzz_{secret}") is None


def test_tokens_end(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000_000_000
    monkeypatch.setattr(ledger_tokens, "now_ms", lambda: now)
    token, text = create(ledger, "ada", "viewer", 60_000)
    assert token.expires_ms == now + 60_000
    now += 59_999
    assert _found(ledger, text).trouble is None
    now += 1
    assert _found(ledger, text).trouble == "has expired"
    _, lasting = create(ledger, "ada", "viewer", None)
    now += 10**12
    assert _found(ledger, lasting).trouble is None
    revoked = revoke(ledger, _found(ledger, lasting).id)
    assert (revoked.trouble, revoked.revoked_ms) == ("was revoked", now)
    assert _found(ledger, lasting) == revoked
    now += 1
    assert revoke(ledger, revoked.id) == revoked


def test_revoking_wants_a_whole_id(ledger: Ledger) -> None:
    token, text = create(ledger, "ada", "viewer", None)
    with pytest.raises(LookupError, match=f"did you mean {token.id}"):
        revoke(ledger, token.id[:-1])
    with pytest.raises(LookupError, match="`sweeps token ls` lists them"):
        revoke(ledger, "0")
    assert _found(ledger, text).trouble is None


def test_whoever_revokes_by_name_or_text_is_told_the_id(ledger: Ledger) -> None:
    def refused(typed: str) -> str:
        with pytest.raises(LookupError) as raised:
            revoke(ledger, typed)
        return str(raised.value.args[0])

    token, text = create(ledger, "ada", "viewer", None)
    create(ledger, "bob", "viewer", None)
    assert refused("ada") == f"tokens are revoked by id: ada's token is {token.id}"
    for typed in (text, f"{text}\n", f"Bearer {text} ", text.upper()):
        assert refused(typed) == f"tokens are revoked by id: that one's is {token.id}"
    for typed in (text[:-1], text.replace(token.id, "zzzzzz")):
        assert refused(typed) == "tokens are revoked by id: `sweeps token ls` lists them"
    other, _ = create(ledger, "ada", "admin", None)
    both = ", ".join(one.id for one in ledger_tokens.tokens(ledger) if one.name == "ada")
    assert refused("ada") == f"tokens are revoked by id: ada's tokens are {both}"
    revoke(ledger, token.id)
    assert refused("ada") == f"tokens are revoked by id: ada's token is {other.id}"
    revoke(ledger, other.id)
    assert refused("ada") == "tokens are revoked by id, and no token of ada is good any more"


@pytest.mark.parametrize("name", ["", "a b", ".a", "-a", "a" * 65, "a\n", "ä", "a/b", "a\0"])
def test_names_that_could_be_mistaken_are_refused(ledger: Ledger, name: str) -> None:
    with pytest.raises(ValueError, match="is no name for a token"):
        create(ledger, name, "viewer", None)
    assert not ledger_tokens.any_there(ledger)


@pytest.mark.parametrize(
    ("typed", "ms"),
    [("1m", 60_000), ("12h", 43_200_000), ("30d", 2_592_000_000), ("2w", 1_209_600_000)],
)
def test_lifetimes(typed: str, ms: int) -> None:
    assert lifetime_ms(typed) == ms
    assert lifetime_ms("never") is None


@pytest.mark.parametrize(
    "typed", ["", "30", "d", "0d", "-1d", "1.5d", "30 d", "1y", "٣d", "99999999d", "4000d", "30d\n"]
)
def test_what_is_no_lifetime(typed: str) -> None:
    with pytest.raises(ValueError, match="is no time that a token may live"):
        lifetime_ms(typed)


def _found(ledger: Ledger, text: str) -> Token:
    token = find(ledger, text)
    assert token is not None
    return token
