from __future__ import annotations

import os

import pytest

from sweeps.executors.processes import Processes
from sweeps.executors.secrecy import HIDDEN, forget, hide, secrets_in, without_secrets

SECRET = {
    "SWEEPS_TOKEN": "swp_a_b",
    "PGPASSWORD": "x",
    "PGPASSFILE": "/x",
    "MLFLOW_TRACKING_PASSWORD": "x",
    "MLFLOW_TRACKING_URI": "http://localhost:5000",
    "MLFLOW_FLASK_SERVER_SECRET_KEY": "x",
    "SWEEPS_LEDGER": "postgresql://db/sweeps",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_ACCESS_KEY_ID": "x",
    "GOOGLE_APPLICATION_CREDENTIALS": "/x.json",
    "OPENAI_API_KEY": "x",
    "github_token": "x",
    "DB_PWD": "x",
    "SLACK_WEBHOOK": "https://hooks.example.org/T0",
    "https_proxy": "http://me:hunter2@proxy:8080",
    "ANYTHING": "mysql+pymysql://me:hunter2@db/x",
}
USUAL = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/root",
    "PWD": "/srv",
    "OLDPWD": "/",
    "PYTHONPATH": "/a:/b",
    "CUDA_VISIBLE_DEVICES": "0",
    "XLA_FLAGS": "--xla_cpu=1",
    "TOKENIZERS_PARALLELISM": "false",
    "KERAS_BACKEND": "jax",
    "KERAS_HOME": "/k",
    "RAY_AUTH_TOKEN": "Ray's own processes need it",
    "http_proxy": "http://proxy:8080",
    "KEYBOARD": "us",
    "LC_ALL": "C.UTF-8",
}


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HIDDEN, "")
    for name, value in {**SECRET, **USUAL}.items():
        monkeypatch.setenv(name, value)


def test_what_looks_like_a_secret() -> None:
    assert set(secrets_in({**SECRET, **USUAL})) == set(SECRET)


def test_nothing_is_kept_from_anybody_unless_somebody_says_so() -> None:
    assert without_secrets(os.environ) == dict(os.environ)
    forget()
    assert os.environ["PGPASSWORD"] == "x"


def test_what_is_hidden_stays_here_and_goes_no_further() -> None:
    hide(secrets_in(SECRET))
    hide(["LC_ALL"])
    kept = without_secrets(os.environ)
    assert not {*SECRET, "LC_ALL"} & set(kept)
    assert kept["HOME"] == "/root"
    assert os.environ["PGPASSWORD"] == "x"
    forget()
    assert "PGPASSWORD" not in os.environ


@pytest.mark.slow
def test_a_worker_does_not_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.defpath)
    hide(secrets_in(SECRET))
    executor = Processes(1, {})
    try:
        seen = [executor.submit(os.getenv, name).result(60) for name in ("PGPASSWORD", "HOME")]
    finally:
        executor.shutdown()
    assert seen == [None, "/root"]
