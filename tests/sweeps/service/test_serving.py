"""`sweeps serve` from its start to its end, in a process of its own."""

from __future__ import annotations

import os
import pty
import re
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from sweeps.doctor.diagnosis import diagnose
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import SweepRow
from sweeps.service import serving as serving_module
from sweeps.service.only_one import ServingError
from sweeps.service.running.view import View
from sweeps.service.settings import Settings
from sweeps.store import Store
from tests.sweeps.postgres import Server
from tests.sweeps.service.served import Place, Serving, document, end, serving, started, until

SLOW = ["seconds: 0.25"]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place.made(tmp_path / "place")


def submitted(service: Serving, text: str) -> str:
    with service.client() as client:
        answer = client.post("/v1/sweeps", json={"file": text, "file_name": "sweep.yaml"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["sweep_id"])


def state(service: Serving, sweep_id: str) -> dict[str, Any]:
    with service.client() as client:
        found: dict[str, Any] = client.get(f"/v1/sweeps/{sweep_id}").json()
    return found


def kept(place: Place, sweep_id: str) -> SweepRow:
    with closing(Ledger.open(place.store.ledger_url)) as ledger:
        return ledger.sweep(sweep_id)


def kept_state(place: Place, sweep_id: str) -> str:
    return kept(place, sweep_id).state


def some_trials(service: Serving, sweep_id: str, several: int = 1) -> None:
    until(
        lambda: state(service, sweep_id).get("done", 0) >= several,
        f"{several} trials",
        lambda: str(state(service, sweep_id)),
    )


def over(service: Serving, sweep_id: str) -> None:
    until(
        lambda: state(service, sweep_id)["state"] == "finished",
        "the sweep's end",
        lambda: f"{state(service, sweep_id)} {service.trouble()}",
    )


@dataclass
class Forsaken:
    """A queue runner that ends by a bug as soon as the API is up; and its service's other parts."""

    up: threading.Event = field(default_factory=threading.Event)
    ended: list[str] = field(default_factory=list)

    @property
    def alive(self) -> bool:
        return not self.up.is_set()

    def start(self) -> None:
        self.ended.append("started")

    def view(self) -> View:
        return View(1, 0, {}, (), (), trouble="the queue runner has ended: KeyError: 'a'")

    def drain(self, seconds: float) -> bool:
        self.ended.append("drained")
        return True

    def close(self) -> None:
        self.ended.append("closed")


def test_a_service_without_its_queue_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever keeps it running starts another."""
    forsaken, said = Forsaken(), list[str]()

    async def answering(_scope: object, _receive: object, _send: object) -> None:
        forsaken.up.set()

    @contextmanager
    def assembled(*_: object) -> Iterator[object]:
        yield SimpleNamespace(
            app=answering, runner=forsaken, mlflow=forsaken, streams=forsaken, asks=False
        )

    monkeypatch.setattr(serving_module, "assembled", assembled)
    monkeypatch.setattr(serving_module, "GLANCE_SECONDS", 0.01)
    monkeypatch.setattr(serving_module, "_tidy_often", lambda: None)
    with pytest.raises(ServingError, match="the queue runner has ended: KeyError: 'a'") as failed:
        serving_module.serve(Settings(Store.at(tmp_path), port=0), said.append)
    assert failed.value.exit_code == 1
    assert forsaken.ended == ["started", "started", "drained", "closed"]
    assert any("the service ends with it" in line for line in said)


@pytest.mark.slow
def test_it_says_where_it_is_and_a_second_signal_ends_it_at_once(place: Place) -> None:
    with serving(place, "--no-mlflow", "--drain-seconds", "60") as service:
        lines = service.said.splitlines()
        assert re.fullmatch(
            r"sweeps is served at http://127.0.0.1:\d+, with \d slots?; Ctrl-C ends it", lines[0]
        )
        assert lines[1].startswith(f"sweeps are kept in {place.folder}/store, ")
        assert lines[2] == f"trials are logged to {place.uri}"
        assert lines[3] == f"to submit: sweeps submit sweep.yaml --server {service.address}"
        token = f"sweeps token create NAME --role submitter --store {place.folder}/store; "
        assert token in lines[4]
        _refuses_a_second_one(place, service)
        _refuses_a_taken_port(place)
        with service.client() as client:
            assert client.get("/healthz").status_code == 200
        running = _ends_at_the_second_signal(service)
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{service.address}/healthz", trust_env=False)
    assert kept_state(place, running) in ("interrupted", "crashed")


def _ends_at_the_second_signal(service: Serving) -> str:
    """Though a sweep runs that would keep it for longer; the sweep."""
    text = document("long", 3, "slow", ["seconds: 30.0"])
    running = submitted(service, text)
    until(lambda: state(service, running)["state"] == "running", "the start", service.trouble)
    service.send(signal.SIGTERM)
    until(lambda: "ending: " in service.said, "the drain", service.trouble)
    with service.client() as client:
        refused = client.post("/v1/sweeps", json={"file": text, "file_name": "sweep.yaml"})
    assert refused.status_code == 503
    service.send(signal.SIGTERM)
    assert service.over(25) == 128 + signal.SIGTERM
    return running


def _refuses_a_second_one(place: Place, first: Serving) -> None:
    second = started(place, "--no-mlflow")
    assert second.over() == 1
    assert f"a service runs on {place.folder}/store already: {first.address}" in second.said


def _refuses_a_taken_port(place: Place) -> None:
    elsewhere = Place.made(place.folder.parent / "elsewhere")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = started(elsewhere, "--no-mlflow", port=port)
        assert refused.over() == 1
    said = f"port {port} on 127.0.0.1 is taken: say another --port, or 0 for any\n"
    assert refused.said == said


@pytest.mark.slow
def test_what_runs_is_interrupted_and_goes_on_with_the_next_start(
    tmp_path: Path, postgres: Server
) -> None:
    place = Place.made(tmp_path / "place", postgres.fresh())
    with serving(place, "--no-mlflow", "--slots", "1") as service:
        assert "postgresql+psycopg://sweeps@/" in service.said
        running = submitted(service, document("slow", 10, "slow", SLOW))
        waiting = submitted(service, document("next", 3))
        some_trials(service, running)
        service.send(signal.SIGTERM)
        until(lambda: "ending: " in service.said, "the drain", service.trouble)
        assert service.over(40) == 0, service.trouble()
        assert service.said.splitlines()[-1].startswith("ended; ")
        assert kept_state(place, running) == "interrupted"
        assert kept_state(place, waiting) == "queued"
        until(lambda: place.processes() == [], "the end of all", lambda: str(place.processes()), 20)
    with serving(place, "--no-mlflow", "--slots", "1") as service:
        for sweep_id, trials in ((running, 10), (waiting, 3)):
            over(service, sweep_id)
            assert state(service, sweep_id)["done"] == trials
            _is_whole(service, sweep_id, trials)
    assert not (place.folder / "store" / "ledger.db").exists()


def _is_whole(service: Serving, sweep_id: str, trials: int) -> None:
    """In the ledger and in MLflow, as soon as its coordinator has let go of it."""
    place = service.place
    until(lambda: kept(place, sweep_id).holder is None, "the end of its session", service.trouble)
    found = diagnose(place.store, sweep_id, tracking_uri=place.uri)
    assert found.well, [one.line for one in found.violations]
    assert (found.runs, found.unsent) == (trials + 1, 0)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")  # it runs another program at once
def test_ctrl_c_in_a_terminal_ends_it_in_order(place: Place) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        _be_served(place)
    try:
        heard = _read_until(terminal, b"for a token")
        assert b"sweeps is served at" in heard
        os.write(terminal, b"\x03")
        heard = _read_until(terminal, b"ended; ")
        assert b"ending: " in heard
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        assert b"Traceback" not in heard
    finally:
        os.close(terminal)
        end(place)


def _be_served(place: Place) -> None:
    """What the child of a terminal does: it becomes the service."""
    from tests.sweeps.service.served import COMMAND, environment

    os.chdir(place.folder)
    words = [*COMMAND, "--store", "store", "--port", "0", "--no-mlflow"]
    os.execve(words[0], words, environment(place))


def _read_until(terminal: int, words: bytes) -> bytes:
    heard = b""
    while words not in heard:
        try:
            heard += os.read(terminal, 4096)
        except OSError as error:
            raise AssertionError(heard.decode()) from error
    return heard
