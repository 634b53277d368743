from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from sweeps.notifying.messages import Message
from sweeps.notifying.sending import Command, UnsentError, Webhook, troubles
from sweeps.sweep import Notify

MESSAGE = Message("end", "small abc: done", {"sweep": "abc", "name": "small", "state": "finished"})

WRITES_DOWN = """\
import json, os, sys
told = json.load(sys.stdin)
told |= {name: value for name, value in os.environ.items() if name.startswith("SWEEPS_")}
told["words"] = sys.argv[2:]
open(sys.argv[1], "w").write(json.dumps(told))
"""

SLEEPS_WITH_A_CHILD = """\
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(60)
"""


class Hook(BaseHTTPRequestHandler):
    """Keeps what it is sent; `answer` is its status, `to` where it sends others on."""

    answer = 200
    to = ""
    got: ClassVar[list[tuple[str, str, Any]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Hook.got.append((self.path, self.headers["Content-Type"], json.loads(body)))
        self.send_response(Hook.answer)
        if Hook.to:
            self.send_header("Location", Hook.to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def listening(answer: int = 200, to: str = "") -> Iterator[str]:
    """An address on this machine."""
    Hook.answer, Hook.to, Hook.got = answer, to, []
    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/s3cr3t"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_command_is_given_json_variables_and_its_words(tmp_path: Path) -> None:
    place = tmp_path / "told.json"
    words = (sys.executable, "-c", WRITES_DOWN, str(place), "$HOME; *")
    Command(words).send(MESSAGE)
    told = json.loads(place.read_text())
    assert (told["event"], told["text"], told["sweep"]) == ("end", "small abc: done", "abc")
    assert told["SWEEPS_EVENT"] == "end"
    assert told["SWEEPS_ID"] == "abc"
    assert told["SWEEPS_NAME"] == "small"
    assert told["SWEEPS_TEXT"] == "small abc: done"
    assert told["SWEEPS_STATE"] == "finished"
    assert told["words"] == ["$HOME; *"], "no shell read it"


def test_a_command_that_reads_nothing_is_well() -> None:
    Command((sys.executable, "-c", "")).send(MESSAGE)


def test_a_command_that_fails_or_is_not_there() -> None:
    with pytest.raises(UnsentError, match="it ended with 3"):
        Command((sys.executable, "-c", "raise SystemExit(3)")).send(MESSAGE)
    with pytest.raises(UnsentError, match="No such file"):
        Command(("no-such-program",)).send(MESSAGE)


def test_a_slow_command_is_ended_with_its_children(tmp_path: Path) -> None:
    place = tmp_path / "child"
    began = time.monotonic()
    slow = Command((sys.executable, "-c", SLEEPS_WITH_A_CHILD, str(place)), limit=1.5)
    with pytest.raises(UnsentError, match=r"it took longer than 1\.5 s"):
        slow.send(MESSAGE)
    assert time.monotonic() - began < 10.0
    child = int(place.read_text())
    until = time.monotonic() + 5.0
    while _lives(child) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _lives(child)


def _lives(process: int) -> bool:
    """Whether it is there, and not only waiting to be reaped by somebody else."""
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_a_webhook_gets_json_by_post() -> None:
    with listening() as address:
        Webhook(address).send(MESSAGE)
    assert Hook.got == [
        (
            "/s3cr3t",
            "application/json",
            {"event": "end", "text": "small abc: done", **MESSAGE.fields},
        )
    ]


def test_a_webhook_whose_address_is_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    hook = Webhook("${SWEEPS_TEST_HOOK}")
    monkeypatch.delenv("SWEEPS_TEST_HOOK", raising=False)
    assert hook.trouble() == "the variable is not set"
    with listening() as address:
        monkeypatch.setenv("SWEEPS_TEST_HOOK", address)
        assert hook.trouble() is None
        hook.send(MESSAGE)
    assert len(Hook.got) == 1
    assert hook.name == "${SWEEPS_TEST_HOOK}"
    monkeypatch.setenv("SWEEPS_TEST_HOOK", "file:///etc/passwd")
    with pytest.raises(UnsentError, match="is not an address that begins with https"):
        hook.send(MESSAGE)


@pytest.mark.parametrize("answer", [404, 500])
def test_a_webhook_that_answers_otherwise(answer: int) -> None:
    with listening(answer) as address, pytest.raises(UnsentError) as error:
        Webhook(address).send(MESSAGE)
    assert str(error.value) == f"it answered {answer}"


@pytest.mark.parametrize("answer", [302, 307])
def test_a_webhook_that_sends_on_is_not_followed(answer: int) -> None:
    with listening(answer, to="/elsewhere") as address:
        with pytest.raises(UnsentError, match=f"it answered {answer}"):
            Webhook(address).send(MESSAGE)
        assert [path for path, _, _ in Hook.got] == ["/s3cr3t"]


def test_a_webhook_that_nobody_answers() -> None:
    with listening() as address:
        pass
    with pytest.raises(UnsentError) as error:
        Webhook(address, limit=1.0).send(MESSAGE)
    assert "s3cr3t" not in str(error.value)
    assert Webhook(address).name == "http://127.0.0.1/…"


def test_what_is_known_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SWEEPS_TEST_HOOK", raising=False)
    notify = (
        Notify((sys.executable,)),
        Notify(("no-such-program", "s3cr3t"), "${SWEEPS_TEST_HOOK}"),
    )
    assert troubles(notify) == [
        "notify: no-such-program: there is no such program here",
        "notify: ${SWEEPS_TEST_HOOK}: the variable is not set",
    ]
