"""Who gets into MLflow beside a service: what MLflow asks, and the whole of it once."""

from __future__ import annotations

import base64
import stat
import threading
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import closing
from pathlib import Path

import flask
import httpx
import pytest

from sweeps.ledger import tokens as ledger_tokens
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.view import LedgerView
from sweeps.service.beside import auth as mlflow_auth
from sweeps.service.beside.access import ADMIN, LEDGER, VIEWER, access_words
from sweeps.service.beside.mlflow_server import MlflowBeside
from sweeps.service.identity import Identities
from sweeps.service.settings import Settings
from sweeps.store import Store
from tests.sweeps.service.served import ROOT, empty_mlflow
from tracking import mlflow_users

API = "/ajax-api/2.0/mlflow"
RUNS = f"{API}/runs/search"
TEXTS = dict[str, str]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store.at(tmp_path_factory.mktemp("auth") / "store")


@pytest.fixture(scope="module")
def ledger(store: Store) -> Iterator[Ledger]:
    with closing(Ledger.open(store.ledger_url)) as ledger:
        yield ledger


@pytest.fixture(scope="module")
def texts(ledger: Ledger) -> TEXTS:
    made = {
        "viewer": ledger_tokens.create(ledger, "vic", "viewer", None)[1],
        "submitter": ledger_tokens.create(ledger, "bob", "submitter", None)[1],
        "admin": ledger_tokens.create(ledger, "ada", "admin", None)[1],
    }
    token, made["revoked"] = ledger_tokens.create(ledger, "ada", "admin", None)
    ledger_tokens.revoke(ledger, token.id)
    return made


@pytest.fixture
def mlflow(ledger: LedgerView, monkeypatch: pytest.MonkeyPatch) -> flask.Flask:
    """An application in whose requests MLflow's question can be asked."""
    identities = Identities(ledger, auth=True)
    monkeypatch.setattr(mlflow_auth, "_identities", lambda: identities)
    monkeypatch.setattr(mlflow_auth, "make_sure_of", lambda name, *, admin: None)
    return flask.Flask("mlflow")


def basic(text: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'x:{text}'.encode()).decode()}"}


def decided(
    mlflow: flask.Flask, method: str, path: str, headers: dict[str, str]
) -> str | int | None:
    """The user, or the status of a refusal."""
    with mlflow.test_request_context(path, method=method, headers=headers):
        found = mlflow_auth.authorize()
    return found.status_code if isinstance(found, flask.Response) else found.username


@pytest.mark.parametrize("text", ["", "wrong", "revoked"])
def test_strangers_are_asked_for_a_token(mlflow: flask.Flask, texts: TEXTS, text: str) -> None:
    for method, path in (("GET", "/"), ("POST", RUNS), ("DELETE", f"{API}/x")):
        headers = basic(texts.get(text, text)) if text else {}
        with mlflow.test_request_context(path, method=method, headers=headers):
            found = mlflow_auth.authorize()
        assert isinstance(found, flask.Response)
        assert found.status_code == 401
        assert found.headers["WWW-Authenticate"].startswith("Basic")


def test_a_token_may_come_in_three_ways(mlflow: flask.Flask, texts: TEXTS) -> None:
    for headers in (
        basic(texts["viewer"]),
        {"Authorization": f"Bearer {texts['viewer']}"},
        {"Cookie": f"sweeps_token={texts['viewer']}"},
    ):
        assert decided(mlflow, "GET", "/", headers) == VIEWER
    both = basic("wrong") | {"Cookie": f"sweeps_token={texts['admin']}"}
    assert decided(mlflow, "GET", "/", both) == 401


@pytest.mark.parametrize("role", ["viewer", "submitter"])
@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", "/", VIEWER),
        ("HEAD", "/", VIEWER),
        ("GET", f"{API}/runs/get", VIEWER),
        ("GET", "/get-artifact?path=x&run_uuid=y", VIEWER),
        ("POST", RUNS, VIEWER),
        ("POST", "/api/2.0/mlflow/experiments/search", VIEWER),
        ("POST", "/ajax-api/3.0/mlflow/traces/search", VIEWER),
        ("POST", "/ajax-api/2.0mlflow/experiments/search-datasets", VIEWER),
        ("POST", "/graphql", VIEWER),
        ("POST", f"{API}/runs/set-tag", 403),
        ("POST", f"{API}/runs/create", 403),
        ("POST", f"{API}/runs/delete", 403),
        ("POST", f"{API}/experiments/create", 403),
        ("POST", f"{API}/webhooks", 403),
        ("POST", "/api/2.0/mlflow/users/create", 403),
        ("PATCH", "/api/2.0/mlflow/users/update-admin", 403),
        ("PUT", "/api/2.0/mlflow-artifacts/artifacts/0/a/b.pkl", 403),
        ("DELETE", "/api/2.0/mlflow-artifacts/artifacts/0/a", 403),
        ("POST", "/v1/traces", 403),
        ("POST", f"/x{RUNS}", 403),
        ("POST", f"{RUNS}/../delete", 403),
        ("POST", f"{RUNS}%0A", 403),
        ("BREW", RUNS, 403),
    ],
)
def test_who_is_no_admin_may_look(
    mlflow: flask.Flask, texts: TEXTS, role: str, method: str, path: str, found: str | int
) -> None:
    assert decided(mlflow, method, path, basic(texts[role])) == found
    assert decided(mlflow, method, path, basic(texts["admin"])) == ADMIN


def test_other_pages_get_nothing(mlflow: flask.Flask, texts: TEXTS) -> None:
    for origin in ("http://localhost:9", "http://evil.example", "null", ""):
        headers = basic(texts["admin"]) | {"Origin": origin}
        assert decided(mlflow, "GET", "/", headers) == 403
    headers = basic(texts["admin"]) | {"Origin": "http://localhost"}
    assert decided(mlflow, "GET", "/", headers) == ADMIN


def test_its_settings_are_for_one_pair_of_eyes(tmp_path: Path) -> None:
    settings = Settings(
        Store(tmp_path / "50% here", "postgresql://me:s3cr3t@db/x"), hosts=("sweeps.lab",)
    )
    for _ in range(2):
        words = access_words(settings, auth=True)
    file = Path(words.environment["MLFLOW_AUTH_CONFIG_PATH"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    read = ConfigParser()
    read.read(file)
    assert read["mlflow"]["database_uri"] == f"sqlite:///{settings.folder}/mlflow_users.db"
    assert read["mlflow"]["default_permission"] == "READ"
    assert words.environment[LEDGER] == "postgresql://me:s3cr3t@db/x"
    assert not any("s3cr3t" in word for word in words.arguments)
    again = access_words(settings, auth=True).environment
    for name in ("MLFLOW_AUTH_ADMIN_PASSWORD", "MLFLOW_FLASK_SERVER_SECRET_KEY"):
        assert len(words.environment[name]) > 40
        assert words.environment[name] not in (again[name], file.read_text())


def test_without_tokens_it_still_answers_to_few_names(tmp_path: Path) -> None:
    words = access_words(Settings(Store(tmp_path), hosts=("sweeps.lab",)), auth=False)
    assert not words.environment
    flag, names = words.arguments
    assert flag == "--allowed-hosts"
    assert set(names.split(",")) == {
        *("127.0.0.1", "127.0.0.1:*", "localhost", "localhost:*", "[::1]", "[[]::1]:*"),
        *("sweeps.lab", "sweeps.lab:*"),
    }


def test_users_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = mlflow_users.access_settings(Path("/a%b.db"), "ada", "m:f")
    read = ConfigParser()
    read.read_string(settings)
    assert read["mlflow"]["database_uri"] == "sqlite:////a%b.db"
    assert read["mlflow"]["authorization_function"] == "m:f"


@pytest.mark.slow
def test_the_real_one(store: Store, texts: TEXTS, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    settings = Settings(store)
    (store.folder / "mlflow.db").write_bytes(empty_mlflow())
    up = threading.Event()
    server = MlflowBeside(
        settings,
        lambda line: up.set() if line.startswith("MLflow: ") else None,
        asks=lambda: True,
        access=lambda auth: access_words(settings, auth=auth),
    )
    server.start()
    with closing(server):
        assert up.wait(90), server.log.read_text()
        assert server.address is not None
        with httpx.Client(base_url=server.address, timeout=30, trust_env=False) as client:
            _try(client, texts)


def _try(client: httpx.Client, texts: TEXTS) -> None:
    search = "/api/2.0/mlflow/experiments/search?max_results=5"
    upload = "/api/2.0/mlflow-artifacts/artifacts/0/x/a.txt"
    table = [
        (None, "GET", "/", None, 401),
        (None, "GET", search, None, 401),
        (None, "POST", "/graphql", {"query": "{__typename}"}, 401),
        (None, "PUT", upload, {}, 401),
        (None, "POST", "/v1/traces", {}, 401),
        ("revoked", "GET", search, None, 401),
        ("viewer", "GET", "/", None, 200),
        ("viewer", "GET", search, None, 200),
        ("submitter", "POST", "/api/2.0/mlflow/runs/search", {"experiment_ids": ["0"]}, 200),
        ("submitter", "POST", "/api/2.0/mlflow/experiments/create", {"name": "x"}, 403),
        ("submitter", "PUT", upload, {}, 403),
        ("viewer", "POST", "/v1/traces", {}, 403),
        ("viewer", "POST", "/api/2.0/mlflow/users/create", {"username": "x"}, 403),
        ("admin", "POST", "/api/2.0/mlflow/experiments/create", {"name": "x"}, 200),
    ]
    for who, method, path, body, status in table:
        login = ("anybody", texts[who]) if who else None
        answer = client.request(method, path, auth=login, json=body)
        assert answer.status_code == status, (who, method, path, answer.text)
    for headers in ({"Host": "10.evil.example"}, {"Origin": "http://localhost:1"}):
        answer = client.get(search, auth=("x", texts["viewer"]), headers=headers)
        assert answer.status_code == 403, headers
