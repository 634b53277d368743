"""MLflow looked at: servers on this machine alone, and databases in every bad state."""

from __future__ import annotations

import base64
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sweeps.cli import tracking_check
from sweeps.cli.tracking_check import tracking


class Answers(ThreadingHTTPServer):
    """A server that gives every path its answer, and remembers what it was sent to prove it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = {"/health": (200, b"OK"), "/version": (200, b"3.17.2")}
        self.seen: list[str | None] = []


class Handler(BaseHTTPRequestHandler):
    server: Answers

    def do_GET(self) -> None:
        self.server.seen.append(self.headers["Authorization"])
        code, text = self.server.answers[self.path]
        self.send_response(code)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[Answers]:
    answers = Answers()
    thread = threading.Thread(target=answers.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield answers
    finally:
        answers.shutdown()
        thread.join()
        answers.server_close()


def address(server: Answers, credentials: str = "") -> str:
    return f"http://{credentials}127.0.0.1:{server.server_port}"


def test_a_server_that_answers(server: Answers) -> None:
    found = tracking(address(server))
    assert found.trouble is None
    assert found.said == f"{address(server)}, which answers: MLflow 3.17.2"
    assert found.facts == {"tracking_uri": address(server), "answers": True, "version": "3.17.2"}


@pytest.mark.parametrize("in_address", [True, False])
def test_name_and_password_are_sent_and_not_shown(
    server: Answers, in_address: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not in_address:
        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "me")
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "se:cret")
    found = tracking(address(server, "me:se%3Acret@" if in_address else ""))
    assert set(server.seen) == {f"Basic {base64.b64encode(b'me:se:cret').decode()}"}
    assert "cret" not in repr(found)


def test_a_token_is_sent(server: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "abc")
    assert tracking(address(server)).trouble is None
    assert set(server.seen) == {"Bearer abc"}


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"/health": (500, b"")}, "it answers 500 Internal Server Error"),
        ({"/health": (401, b"")}, "it answers 401 Unauthorized"),
        ({"/version": (404, b"")}, "it answers 404 Not Found"),
        ({"/version": (200, b"<!doctype html>")}, "what answers there is no MLflow server"),
    ],
)
def test_a_server_that_cannot_be_used(
    server: Answers, answers: dict[str, tuple[int, bytes]], reason: str
) -> None:
    server.answers |= answers
    where = address(server)
    found = tracking(where)
    assert found.facts["answers"] is False
    assert found.said == f"{where}, which does not answer as it should"
    assert found.trouble == (
        f"the MLflow server at {where} cannot be used ({reason}); trials would wait here"
    )


def test_nobody_there() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    found = tracking(f"http://127.0.0.1:{port}/")
    assert found.trouble is not None
    assert "(Connection refused)" in found.trouble


def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking_check, "SECONDS", 0.05)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        found = tracking(f"http://127.0.0.1:{silent.getsockname()[1]}")
    assert found.trouble is not None
    assert "(no answer in 0.05 s)" in found.trouble


@pytest.fixture
def database(tmp_path: Path) -> Path:
    file = tmp_path / "it's 100 % mine?.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE runs (run_uuid TEXT)")
    return file


def uri(file: Path) -> str:
    return f"sqlite:///{str(file).replace('%', '%25').replace('?', '%3F')}"


def test_a_database_that_can_be_used(database: Path) -> None:
    before = database.read_bytes()
    assert tracking(uri(database)).trouble is None
    assert (database.read_bytes(), len(list(database.parent.iterdir()))) == (before, 1)


def test_a_database_that_is_not_there_yet(tmp_path: Path) -> None:
    assert tracking(uri(tmp_path / "new.db")).trouble is None
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_locked(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking_check, "SECONDS", 0.05)
    with closing(sqlite3.connect(database)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        assert tracking(uri(database)).trouble == (
            f"MLflow's database {uri(database)} cannot be used (database is locked): another "
            "program holds it; trials wait in the ledger meanwhile"
        )


def test_a_database_that_is_none(database: Path) -> None:
    database.write_text("this is no database, whatever its name says")
    trouble = tracking(uri(database)).trouble
    assert trouble is not None
    assert "cannot be used (file is not a database): move it away, or give" in trouble


def test_a_network_file_system(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking_check, "over_network", lambda folder: "nfs4")
    trouble = tracking(uri(database)).trouble
    assert trouble is not None
    assert "is on a network file system (nfs4)" in trouble


@pytest.mark.parametrize("place", ["mlruns", "file:///somewhere/mlruns"])
def test_a_folder_of_files(place: str) -> None:
    trouble = tracking(place).trouble
    assert trouble is not None
    assert trouble.startswith(f"MLflow 3 keeps no runs in folders, as at {place}: ")


def test_other_stores_are_only_named() -> None:
    found = tracking("postgresql://me:secret@host/runs")
    assert (found.said, found.trouble) == ("postgresql://host/runs", None)
