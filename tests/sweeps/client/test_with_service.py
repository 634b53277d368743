"""The command line against a real `sweeps serve`, each in processes of their own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sweeps.service.served import ROOT, Place, Serving, document, serving, until

pytestmark = pytest.mark.slow

SLOW = ["seconds: 0.3"]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(Place.made(tmp_path_factory.mktemp("service") / "place")) as found:
        yield found


class Client:
    """A command line that runs."""

    def __init__(self, service: Serving, folder: Path, *words: str) -> None:
        code = "from sweeps.cli.app import main; main()"
        self._lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, *words],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "SWEEPS_SERVER": service.address},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            self._lines.extend(stream)

    def over(self) -> tuple[int, str]:
        code = self.process.wait(120)
        self._reader.join()
        return code, self.said

    @property
    def said(self) -> str:
        return "".join(self._lines)


def test_submitted_followed_and_looked_at(service: Serving, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(document("mine", 6))
    code, said = Client(service, tmp_path, "submit", "s.yaml", "--follow").over()
    assert code == 0, said
    assert re.search(r"^mine \w+: 6 trials$", said, re.MULTILINE), said
    assert re.search(r"^mine \w+: finished, 6 trials, ", said, re.MULTILINE), said
    assert len(re.findall(r"^mine \w+: finished", said, re.MULTILINE)) == 1
    assert re.search(r"^MLflow: http://127.0.0.1:\d+/", said, re.MULTILINE), said
    for words, wanted in (
        (("status",), "6 done, 0 failed, 0 begun, of 6"),
        (("best",), "best: trial "),
        (("logs", "--service"), "finished, 6 trials"),
        (("workers",), " taken, 0 sweeps wait"),
        (("report", "-o", "page.html"), "report: page.html"),
    ):
        code, told = Client(service, tmp_path, *words).over()
        assert code == 0, told
        assert wanted in told
    assert "<title>mine " in (tmp_path / "page.html").read_text()


def test_ctrl_c_leaves_it_and_a_stop_ends_it(service: Serving, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(document("long", 200, "slow", SLOW))
    client = Client(service, tmp_path, "submit", "s.yaml", "--follow")
    until(lambda: ": 200 trials" in client.said, "its beginning", lambda: client.said)
    client.process.send_signal(signal.SIGINT)
    code, said = client.over()
    assert code == 130, said
    assert " goes on at the service; to look: sweeps watch " in said
    code, said = Client(service, tmp_path, "stop").over()
    assert code == 0, said
    assert ": stop" in said
    code, said = Client(service, tmp_path, "watch").over()
    assert code == 0, said
    assert ": stopped" in said


def test_who_looks_on_hears_of_it_when_the_service_is_started_anew(
    service: Serving, tmp_path: Path
) -> None:
    """The last one, since it is the others' service that is killed."""
    (tmp_path / "s.yaml").write_text(document("lasting", 12, "slow", SLOW))
    port = int(service.address.rpartition(":")[2])
    client = Client(service, tmp_path, "submit", "s.yaml", "--follow")
    until(lambda: ": 12 trials" in client.said, "its beginning", lambda: client.said)
    service.kill()
    with serving(service.place, "--no-mlflow", port=port) as second:
        code, said = client.over()
        assert code == 0, f"{said}\n{second.trouble()}"
    assert re.search(r"^lasting \w+: finished, 12 trials, ", said, re.MULTILINE), said
    assert "12/12 trials" in said
