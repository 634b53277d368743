from __future__ import annotations

import json
from contextlib import closing

import pytest

from sweeps.ledger.ledger import Ledger
from sweeps.ledger.tokens import TEXT, find
from sweeps.store import Store
from tests.sweeps.cli.conftest import Command


def test_a_token_is_printed_once_and_alone(sweeps: Command) -> None:
    made = sweeps("token", "create", "ada", "--role", "admin", "--expires", "12h")
    assert made.exit_code == 0
    text = made.stdout.removesuffix("\n")
    assert TEXT.fullmatch(text)
    assert text.split("_")[2] not in made.stderr
    assert "of ada, admin, until " in made.stderr
    with closing(Ledger.open(Store.at().ledger_url)) as ledger:
        token = find(ledger, text)
    assert token is not None
    assert token.expires_ms is not None
    assert token.expires_ms - token.created_ms == 12 * 3_600_000
    for listed in (sweeps("token", "ls"), sweeps("token", "ls", "--json")):
        assert listed.exit_code == 0
        assert token.id in listed.stdout
        assert text.split("_")[2] not in listed.stdout


def test_tokens_are_listed_with_what_became_of_them(sweeps: Command) -> None:
    assert sweeps("token", "ls").stdout.startswith("no tokens in ")
    sweeps("token", "create", "ada")
    sweeps("token", "create", "bob", "--role", "viewer", "--expires", "never")
    (ada, bob) = json.loads(sweeps("token", "ls", "--json").stdout)
    assert (ada["role"], bob["role"], bob["expires_ms"]) == ("submitter", "viewer", None)
    done = sweeps("token", "revoke", bob["id"])
    assert (done.exit_code, done.stdout) == (0, f"revoked token {bob['id']} of bob, viewer\n")
    rows = [line.split() for line in sweeps("token", "ls").stdout.splitlines()]
    assert rows[0] == ["id", "name", "role", "made", "good"]
    assert rows[1][:3] == [ada["id"], "ada", "submitter"]
    assert rows[2][-2:] == ["was", "revoked"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("create", "a b"), "'a b' is no name for a token"),
        (("create", "ada", "--expires", "soon"), "'soon' is no time that a token may live"),
        (("create", "ada", "--role", "root"), "not one of"),
        (("revoke", "zzzzzz"), "no token 'zzzzzz' in this store"),
    ],
)
def test_what_is_refused(sweeps: Command, words: tuple[str, ...], said: str) -> None:
    done = sweeps("token", *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""
