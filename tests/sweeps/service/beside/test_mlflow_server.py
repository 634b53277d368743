"""MLflow's server beside a service: started again when it dies, and never waited for."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from sweeps.service.beside import mlflow_server as mlflow_beside
from sweeps.service.beside.mlflow_server import MlflowBeside, Words
from sweeps.service.safe_path import VARIABLE
from sweeps.service.settings import Settings, Tls
from sweeps.store import Store
from tests.sweeps.service.served import until
from tracking.tracker import TrackingError
from tracking.ui import answers

SERVER = """
import http.server, os, sys

class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ.get("WORD", "").encode())

    def log_message(self, *_):
        pass

http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Health).serve_forever()
"""


class Beside:
    """A stand-in of MLflow's server beside a service, and what the operator was told."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.settings = Settings(Store(folder / "store"), **settings)  # type: ignore[arg-type]
        self.settings.store.folder.mkdir(exist_ok=True)
        (self.settings.store.folder / "mlflow.db").touch()
        self.said: list[str] = []
        self.auth = False
        self.mlflow = self.another()

    def another(self) -> MlflowBeside:
        return MlflowBeside(
            self.settings,
            self.said.append,
            asks=lambda: self.auth,
            access=lambda auth: Words(["guarded"] if auth else []),
        )

    @property
    def mark(self) -> Path:
        return self.settings.folder / "mlflow.json"

    def pid(self) -> int:
        return int(json.loads(self.mark.read_text())["pid"])

    def up(self) -> str:
        until(lambda: self.mlflow.address is not None, "an address", lambda: str(self.said), 20)
        assert self.mlflow.address is not None
        return self.mlflow.address


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Beside]:
    def command(port: int, host: str) -> list[str]:
        return [sys.executable, "-c", SERVER, str(port)]

    monkeypatch.setattr(mlflow_beside, "ui_command", command)
    monkeypatch.setattr(mlflow_beside, "_LOOK", 0.02)
    monkeypatch.setattr(mlflow_beside, "WAITS", (0.05,))
    found = Beside(tmp_path)
    try:
        yield found
    finally:
        found.mlflow.close()


def test_it_has_an_address_once_it_answers_and_none_after_the_end(beside: Beside) -> None:
    assert beside.mlflow.address is None
    beside.mlflow.start()
    address = beside.up()
    assert answers(address)
    assert beside.said == [f"MLflow: {address}"]
    pid = beside.pid()
    beside.mlflow.close()
    assert (beside.mlflow.address, beside.mark.exists()) == (None, False)
    assert not psutil.pid_exists(pid)


def test_it_is_started_again_when_it_dies_at_the_same_address(beside: Beside) -> None:
    beside.mlflow.start()
    address, pid = beside.up(), beside.pid()
    os.kill(pid, signal.SIGKILL)
    until(lambda: len(beside.said) > 2, "another start", lambda: str(beside.said))
    assert (beside.up(), beside.pid() == pid) == (address, False)
    assert "MLflow's server ended with -9; it is started again in 0.05 s, see " in beside.said[1]


def test_it_asks_for_tokens_as_soon_as_the_service_does(beside: Beside) -> None:
    beside.mlflow.start()
    address, pid = beside.up(), beside.pid()
    assert "guarded" not in psutil.Process(pid).cmdline()
    beside.auth = True
    until(lambda: beside.mark.exists() and beside.pid() != pid, "another server")
    assert beside.up() == address
    assert psutil.Process(beside.pid()).cmdline()[-1] == "guarded"
    assert beside.said == [f"MLflow: {address}"] * 2, "nobody is told of trouble"


def test_one_that_a_killed_service_has_left_is_ended(beside: Beside) -> None:
    beside.mlflow.start()
    address, pid = beside.up(), beside.pid()
    mark = beside.mark.read_text()
    after = beside.another()
    after.start()
    try:
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie"
        assert json.loads(mark)["pid"] == pid
        assert address == f"http://127.0.0.1:{address.rpartition(':')[2]}"
    finally:
        after.close()


def test_another_process_of_that_number_is_left_alone(beside: Beside) -> None:
    beside.mark.parent.mkdir(parents=True)
    beside.mark.write_text(json.dumps({"pid": os.getpid(), "born": 1.0}))
    beside.mlflow.start()
    beside.up()


def test_it_speaks_https_as_the_service_does_on_the_same_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[str]] = []

    def started(uri: str, command: list[str], *_: object) -> None:
        told.append(command)
        raise OSError("enough")

    monkeypatch.setattr(mlflow_beside, "started_ui", started)
    tls = Tls(tmp_path / "a certificate.pem", tmp_path / "key.pem")
    beside = Beside(tmp_path, host="0.0.0.0", tls=tls)
    beside.mlflow.start()
    until(lambda: bool(told), "a start", lambda: str(beside.said))
    beside.mlflow.close()
    words = told[0]
    assert words[words.index("--host") + 1] == "0.0.0.0"
    assert shlex.split(words[words.index("--uvicorn-opts") + 1]) == [
        "--ssl-certfile",
        str(tls.certificate),
        "--ssl-keyfile",
        str(tls.key),
    ]


def test_what_listens_everywhere_is_linked_to_by_the_name_that_the_operator_gave(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside.mlflow._host = "0.0.0.0"
    beside.mlflow._settings = replace(beside.settings, hosts=("tune.example",))
    beside.mlflow.start()
    assert beside.up().startswith("http://tune.example:")


@pytest.mark.parametrize(
    ("settings", "address"),
    [({"tracking_uri": "http://team:5000"}, "http://team:5000"), ({"mlflow": False}, None)],
)
def test_none_is_started_where_there_is_one_or_none_is_wanted(
    tmp_path: Path, settings: dict[str, object], address: str | None
) -> None:
    beside = Beside(tmp_path, **settings)
    beside.mlflow.start()
    assert (beside.mlflow.address, beside.mark.parent.exists()) == (address, False)
    beside.mlflow.close()


def test_a_taken_port_that_was_asked_for_is_told_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        beside = Beside(tmp_path, mlflow_port=port)
        with pytest.raises(TrackingError, match=f"port {port} .* is taken"):
            beside.mlflow.start()


def test_its_port_is_the_one_after_the_services_while_that_is_free(beside: Beside) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        beside.settings = replace(beside.settings, port=port - 1)
        other = beside.another()
        other.start()
        other.close()
    beside.mlflow = beside.another()
    beside.mlflow.start()
    assert (other._port == port, beside.mlflow._port) == (False, port)


def test_what_a_killed_maker_left_is_removed(beside: Beside) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = beside.settings.store.folder / f"mlflow.db.unfinished-{gone.pid}"
    left.touch()
    beside.mlflow.start()
    beside.up()
    assert not left.exists()


def test_a_new_store_is_made_whole_before_the_server_sees_it(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = beside.settings.store.folder / "mlflow.db"
    file.unlink()
    monkeypatch.setattr(mlflow_beside, "_MAKE", "import sys; open(sys.argv[1], 'w').write('whole')")
    beside.mlflow.start()
    beside.up()
    assert file.read_text() == "whole"


def test_who_makes_a_store_imports_nothing_of_the_working_folder(
    beside: Beside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = beside.settings.store.folder / "mlflow.db"
    file.unlink()
    (tmp_path / "random.py").write_text("raise SystemExit(3)\n")
    monkeypatch.chdir(tmp_path)
    # A service sets it for all that it begins: here the command is to do without.
    monkeypatch.delenv(VARIABLE, raising=False)
    make = "import random, sys; open(sys.argv[1], 'w').write('whole')"
    monkeypatch.setattr(mlflow_beside, "_MAKE", make)
    beside.mlflow.start()
    until(lambda: bool(beside.said), "a word", lambda: "")
    assert beside.said[0].startswith("MLflow: http")
    assert file.read_text() == "whole"


def test_a_store_that_cannot_be_made_is_told_and_tried_again(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    (beside.settings.store.folder / "mlflow.db").unlink()
    monkeypatch.setattr(mlflow_beside, "_MAKE", "raise SystemExit(3)")
    beside.mlflow.start()
    until(lambda: len(beside.said) > 1, "a second try", lambda: str(beside.said))
    assert "has no store: making " in beside.said[0]
    assert "ended with 3; it is started again in " in beside.said[0]
    assert beside.mlflow.address is None
