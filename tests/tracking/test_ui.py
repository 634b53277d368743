from __future__ import annotations

import json
import os
import socket
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.tracking.records_for_tests import end, sweep, trial
from tracking import ui
from tracking.mlflow_tracker import MlflowTracker
from tracking.tracker import TrackingError
from tracking.ui import find_sweep_link, serving_ui, ui_command, ui_environment


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind((ui.HOST, 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_it_listens_on_this_machine_only() -> None:
    command = ui_command(5001)
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert command[command.index("--port") + 1] == "5001"


def test_passwords_stay_off_the_command_line_and_workers_stay_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "true")
    monkeypatch.setenv("MLFLOW_STATIC_PREFIX", "/elsewhere")
    environment = ui_environment("postgresql://me:secret@db/x")
    assert environment["MLFLOW_BACKEND_STORE_URI"] == "postgresql://me:secret@db/x"
    assert environment["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] == "false"
    assert environment["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] == "false"
    assert environment["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert "MLFLOW_STATIC_PREFIX" not in environment
    assert environment["PATH"] == os.environ["PATH"]


def test_a_server_is_not_served_again() -> None:
    with serving_ui("https://mlflow.example.org") as address:
        assert address == "https://mlflow.example.org"


def test_a_taken_port_is_refused_when_asked_for(taken_port: int, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    with (
        pytest.raises(TrackingError, match=f"port {taken_port} .* is taken"),
        serving_ui(uri, taken_port),
    ):
        pytest.fail("served on a taken port")


def test_a_taken_default_port_is_replaced(taken_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui, "PORT", taken_port)
    assert ui.free_port(None) not in {taken_port, 0}


def test_a_server_that_dies_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "import sys; sys.exit('the database is newer than this MLflow')"
    monkeypatch.setattr(ui, "ui_command", lambda _: [sys.executable, "-c", script])
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    with pytest.raises(TrackingError, match="newer than this MLflow"), serving_ui(uri):
        pytest.fail("a dead server was served")


def test_a_silent_server_is_given_up_and_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = tmp_path / "pids"
    child = "import time; time.sleep(300)"
    script = (
        "import os, subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        f"open({str(pids)!r}, 'w').write(f'[{{os.getpid()}}, {{child.pid}}]')\n"
        "time.sleep(300)\n"
    )
    monkeypatch.setattr(ui, "ui_command", lambda _: [sys.executable, "-c", script])
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    with pytest.raises(TrackingError, match="no answer in 2 s"), serving_ui(uri, patience=2.0):
        pytest.fail("a silent server was served")
    assert not [pid for pid in json.loads(pids.read_text()) if is_running(pid)]


def is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.mark.slow
def test_the_real_interface(store_uri: str) -> None:
    tracker = MlflowTracker(store_uri)
    tracker.begin(sweep())
    tracker.log([trial(0), trial(1)])
    tracker.end(end())
    with pytest.raises(KeyboardInterrupt), serving_ui(store_uri) as address:
        server = next(
            one for one in psutil.Process().children() if "mlflow" in " ".join(one.cmdline())
        )
        family = [server, *server.children(recursive=True)]
        listening = {c.laddr.ip for one in family for c in one.net_connections() if c.laddr}
        assert listening == {"127.0.0.1"}
        assert b'<div id="root"' in page(address)

        link = find_sweep_link(store_uri, "3f9a2c", address)
        assert link is not None
        assert find_sweep_link(store_uri, "000000", address) is None
        run_id = link.split("/runs/")[1].partition("?")[0]
        run = json.loads(page(f"{address}/api/2.0/mlflow/runs/get?run_id={run_id}"))
        assert run["run"]["info"]["run_name"] == "decay 3f9a2c"
        log_through(address)
        raise KeyboardInterrupt
    assert not [one.pid for one in family if is_running(one.pid)]


def log_through(address: str) -> None:
    """The same store, over HTTP and on several lanes."""
    tracker = MlflowTracker(address)
    for _ in range(2):
        tracker.begin(sweep("77aa01"))
        tracker.log([trial(number, sweep_id="77aa01") for number in range(12)])
        tracker.end(end("77aa01"))
    assert tracker.link("77aa01") == find_sweep_link(address, "77aa01")
    runs = tracker.audit("77aa01")
    assert (len(runs), all(run.ended for run in runs)) == (13, True)
    tracker.close()


def page(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return bytes(answer.read())
