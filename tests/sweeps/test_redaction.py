from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from sweeps.evaluation import failed
from sweeps.ledger.ledger import Ledger
from sweeps.redaction import redacted
from sweeps.trial import Failure, Trial
from tests.sweeps.bench import RANDOM as SWEEP

SECRET = "s3cr3tb1bb1e9"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"token swp_abcdef_{SECRET}0 came", "token swp_abcdef_*** came"),
        (f"postgresql://me:{SECRET}@db:5432/x", "postgresql://me:***@db:5432/x"),
        (f"postgresql+psycopg://me:a@{SECRET}/b@db/x", "postgresql+psycopg://me:***@db/x"),
        (f"http://me:{SECRET}@mlflow:5000", "http://me:***@mlflow:5000"),
        (f"https://{SECRET}{SECRET}@git.example/x", "https://***@git.example/x"),
        (f"https://hooks.slack.com/services/T/{SECRET}", "https://hooks.slack.com/***"),
        (f"https://discord.com/api/webhooks/{SECRET}.", "https://discord.com/***"),
        (f"Authorization: Bearer {SECRET}", "Authorization: ***"),
        (f"{{'authorization': 'Basic {SECRET}='}}", "{'authorization': '***'}"),
        (f"(b'cookie', b'sweeps_token={SECRET}')", "(b'cookie', b'***')"),
        (f"Set-Cookie: sweeps_token={SECRET}; Path=/", "Set-Cookie: ***"),
        (f"sent bearer {SECRET}", "sent bearer ***"),
        (f"?x=1&access_token={SECRET}&y=2", "?x=1&access_token=***&y=2"),
        (f"PGPASSWORD={SECRET} psql", "PGPASSWORD=*** psql"),
        (f'{{"password": "{SECRET}"}}', '{"password": "***"}'),
        (f'\\"password\\": \\"{SECRET}\\"', '\\"password\\": \\"***'),
        (f"aws_secret_access_key = {SECRET}", "aws_secret_access_key = ***"),
    ],
)
def test_what_looks_like_a_secret_goes(text: str, shown: str) -> None:
    found = redacted(text)
    assert SECRET not in found
    assert found.startswith(shown)


@pytest.mark.parametrize(
    "text",
    [
        "loss became nan in epoch 3",
        "see http://127.0.0.1:8765/v1/sweeps and write to ada@example.org",
        "KeyError: 'units'",
        "basic understanding of tokens, bearer of bad news",
        "unexpected token: foo",
        "max_tokens=512",
        "sqlite:////home/ada/.sweeps/ledger.db",
        "key=val, monkey: 3",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize(
    "piece",
    ["x", "a-", "://a:", "http://a:", "cookie:", "bearer ", "https://hook", "secret=", "swp_"],
)
def test_no_text_takes_long(piece: str) -> None:
    long = piece * (200_000 // len(piece)) + " password"
    begun = time.perf_counter()
    redacted(long)
    assert time.perf_counter() - begun < 2.0


def test_why_a_sweep_failed_is_kept_without_secrets(tmp_path: Path) -> None:
    with closing(Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")) as ledger:
        claim = ledger.create(SWEEP, {})
        ledger.end(claim, "failed", 0.0, f"no mlflow at http://me:{SECRET}@host")
        assert ledger.sweep(claim.sweep_id).cause == "no mlflow at http://me:***@host"


def test_what_trials_raise_is_kept_without_secrets() -> None:
    raised = Failure("user_error", f"no postgresql://me:{SECRET}@db", f"password={SECRET}")
    kept = failed(Trial(0, {}), raised).error
    assert kept == Failure("user_error", "no postgresql://me:***@db", "password=***")
