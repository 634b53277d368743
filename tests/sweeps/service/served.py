"""A real `sweeps serve` in a process of its own, as tests start, kill and stop it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import httpx
import psutil

from sweeps.ledger import tokens as ledger_tokens
from sweeps.ledger.ledger import Ledger
from sweeps.store import Store

ROOT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-c", "from sweeps.cli.app import main; main()", "serve")
MARK = "SWEEPS_TEST_PLACE"
"""Environment variable that all processes of one place inherit, by which they are found."""

LONG = 120.0
QUICK = """\
def score(config):
    return (config["x"] - 0.3) ** 2


def slow(config):
    import time

    time.sleep(config.get("seconds", 0.2))
    return config["x"]
"""
SAID = "served.txt"


@dataclass
class Place:
    """A folder with a store, an MLflow database, and a registered folder of code."""

    folder: Path
    ledger: str | None = None

    @classmethod
    def made(cls, folder: Path, ledger: str | None = None) -> Place:
        (folder / "code").mkdir(parents=True)
        (folder / "code" / "quick.py").write_text(QUICK)
        (folder / "mlflow.db").write_bytes(empty_mlflow())
        return cls(folder, ledger)

    @property
    def store(self) -> Store:
        return Store.at(self.folder / "store", self.ledger)

    @property
    def uri(self) -> str:
        return f"sqlite:///{self.folder / 'mlflow.db'}"

    @property
    def said(self) -> str:
        file = self.folder / SAID
        return file.read_text(errors="replace") if file.exists() else ""

    def token(self, name: str, role: ledger_tokens.Role = "submitter") -> str:
        """The text of a new token; from then on everybody needs one."""
        self.store.folder.mkdir(parents=True, exist_ok=True)
        with closing(Ledger.open(self.store.ledger_url)) as ledger:
            return ledger_tokens.create(ledger, name, role, None)[1]

    def processes(self) -> list[psutil.Process]:
        """All that live of those that services of this place have started, at whatever remove."""
        return [process for process in psutil.process_iter() if self._owns(process)]

    def _owns(self, process: psutil.Process) -> bool:
        if process.pid == os.getpid():
            return False
        with suppress(psutil.Error, OSError):
            alive = process.status() != psutil.STATUS_ZOMBIE
            return alive and process.environ().get(MARK) == str(self.folder)
        return False


@cache
def empty_mlflow() -> bytes:
    """A database without runs, for all places: making one takes seconds.

    In a process of its own, since tests that fork afterwards have no use for MLflow's threads.
    """
    code = "import sys, pathlib; from tracking.new_database import create_whole; "
    code += "create_whole(pathlib.Path(sys.argv[1]))"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mlflow.db"
        subprocess.run([sys.executable, "-c", code, str(file)], cwd=ROOT, check=True)
        return file.read_bytes()


@dataclass
class Serving:
    """A service under way."""

    place: Place
    process: subprocess.Popen[bytes]
    heard_before: int
    address: str = field(default="", init=False)

    @property
    def said(self) -> str:
        return self.place.said[self.heard_before :]

    def ready(self) -> Serving:
        """Wait until it answers."""
        until(lambda: "served at http" in self.said or self.ended, "the address", self.trouble)
        assert not self.ended, self.said
        self.address = self.said.partition("served at ")[2].split()[0].rstrip(",")
        until(self._answers, "readiness", self.trouble)
        return self

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def trouble(self) -> str:
        return self.said[-3000:]

    def send(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def kill(self, *, coordinators: bool = False) -> None:
        """End it as a failing machine would; with `coordinators`, all that it has started, too."""
        self.send(signal.SIGKILL)
        self.process.wait()
        if coordinators:
            for one in self.place.processes():
                with suppress(psutil.Error):
                    one.kill()

    def over(self, within: float = LONG) -> int:
        """Wait for its end; the exit code."""
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still there after {within} s: {self.trouble()}") from None

    def client(self, token: str | None = None) -> httpx.Client:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=30, trust_env=False)

    def _answers(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.address}/readyz", trust_env=False).status_code == 200
        return False


def started(place: Place, *flags: str, port: int = 0) -> Serving:
    """A service that was just started; nobody has asked it anything yet."""
    words = ["--store", str(place.folder / "store"), "--code-folder", str(place.folder / "code")]
    if place.ledger is not None:
        words += ["--ledger", place.ledger]
    heard_before = len(place.said)
    with (place.folder / SAID).open("ab") as output:
        process = subprocess.Popen(
            [*COMMAND, *words, "--port", str(port), "--allow", "quick:*", *flags],
            cwd=place.folder,
            env=environment(place),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    return Serving(place, process, heard_before)


@contextmanager
def serving(place: Place, *flags: str, port: int = 0) -> Iterator[Serving]:
    """A service that answers, ended with all that it has started when the test is done with it."""
    service = started(place, *flags, port=port)
    try:
        yield service.ready()
    finally:
        end(place)
        service.process.wait()


def end(place: Place) -> None:
    """End by force whatever lives of a place."""
    for process in place.processes():
        with suppress(psutil.Error):
            process.kill()


def until(
    condition: Callable[[], bool],
    what: str,
    trouble: Callable[[], str] = lambda: "",
    within: float = LONG,
    every: float = 0.05,
) -> None:
    pause = threading.Event()
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"{what!r} never came: {trouble()}"
        pause.wait(every)


def document(name: str, trials: int, function: str = "score", space: Sequence[str] = ()) -> str:
    """A sweep of a function of the registered folder, which takes no time worth mentioning."""
    lines = [
        f"name: {name}",
        f"function: quick:{function}",
        f"search: {{backend: random, trials: {trials}}}",
        "objective: {metric: error, goal: minimize}",
        "space:",
        "  x: {low: 0.0, high: 1.0}",
        *(f"  {line}" for line in space),
    ]
    return "\n".join(lines) + "\n"


def environment(place: Place) -> dict[str, str]:
    """The variables of a service of a place, and of all that it starts."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MLFLOW_", "SWEEPS_"))
    }
    cache = os.environ.get("SWEEPS_CACHE_DIR", str(place.folder / "cache"))
    return {
        **ours,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "SWEEPS_CACHE_DIR": cache,
        MARK: str(place.folder),
    }
