"""What happens to a service under soak, drawn from a seed: kills, halts, outages, bad manners."""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import psutil

from tests.sweeps.service.served import Place, Serving, document, started
from tests.tracking.faulty_proxy import FaultyProxy

BODIES: tuple[bytes, ...] = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe\x00",
    b'{"file": 3}',
    b'{"file": "a: [", "file_name": "x.yaml"}',
    b'{"file": "function: os:system", "file_name": "../../x"}',
    b'{"file": "a: &a [*a]", "file_name": "x.yaml"}',
    b'{"nobody": "knows"}',
    b"[" * 100_000,
    b'{"file": "' + b"x" * 2_000_000 + b'", "file_name": "x.yaml"}',
)
PATHS = (
    "/v1/sweeps",
    "/v1/sweeps/none/stop",
    "/v1/sweeps/..%2f..%2fetc",
    "/nowhere",
    "/v1/session",
)
COMMANDS = ("pause", "resume", "stop", "cancel")


class Faults:
    """Does one thing after the other to a service. `service` is the one that runs now.

    With `one_life` it is never killed: only a process that lives long can show that it grows.
    """

    def __init__(
        self,
        place: Place,
        service: Serving,
        proxy: FaultyProxy,
        flags: tuple[str, ...],
        seed: int,
        followed: Callable[[int], None],
        *,
        one_life: bool = False,
    ) -> None:
        self.service = service
        self.did: Counter[str] = Counter()
        self.answers: Counter[int] = Counter()
        self._place = place
        self._proxy = proxy
        self._flags = flags
        self._random = random.Random(seed)
        self._followed = followed
        self._pause = threading.Event()
        self._numbers = iter(range(10**9))
        self._kinds: Mapping[str, tuple[int, Callable[[], None]]] = {
            "coordinator killed": (4, self._kill_coordinator),
            "worker killed": (4, self._kill_worker),
            "coordinator halted": (2, self._halt_coordinator),
            "service halted": (1, self._halt_service),
            "service killed": (0 if one_life else 1, self._kill_service),
            "MLflow away": (2, self._mlflow_away),
            "bad requests": (4, self._bad_requests),
            "half a request": (2, self._half_requests),
            "events left": (4, self._leave_events),
            "a command": (6, self._command),
        }

    def one(self) -> None:
        """Whatever is drawn next."""
        names = list(self._kinds)
        weights = [weight for weight, _ in self._kinds.values()]
        name = self._random.choices(names, weights)[0]
        self._kinds[name][1]()
        self.did[name] += 1

    def feed(self, waiting: int) -> None:
        """Submit sweeps until so many wait."""
        with suppress(httpx.TransportError), self.service.client() as client:
            for _ in range(waiting - self._waiting(client)):
                name = f"soak-{next(self._numbers)}"
                text = document(name, self._random.randint(3, 12), "slow", ["seconds: 0.1"])
                body = {"file": text, "file_name": "soak.yaml"}
                answer = client.post("/v1/sweeps", json=body, headers={"Idempotency-Key": name})
                self.answers[answer.status_code] += 1

    def _waiting(self, client: httpx.Client) -> int:
        return len(client.get("/v1/queue").json()["jobs"])

    def _drawn(self, words: str) -> psutil.Process | None:
        """One of the place's processes whose command line has these words, not the service."""
        service = self.service.process.pid
        found = [
            process
            for process in self._place.processes()
            if process.pid != service and words in _words(process)
        ]
        return self._random.choice(found) if found else None

    def _coordinator(self) -> psutil.Process | None:
        """Forked from the fork server, whose command line it has; it leads a session."""
        service = self.service.process.pid
        found = [
            process
            for process in self._place.processes()
            if "forkserver" in _words(process)
            and process.pid != service
            and os.getsid(process.pid) == process.pid
        ]
        return self._random.choice(found) if found else None

    def _kill_coordinator(self) -> None:
        with suppress(psutil.Error, ProcessLookupError):
            if (process := self._coordinator()) is not None:
                process.kill()

    def _kill_worker(self) -> None:
        with suppress(psutil.Error, ProcessLookupError):
            if (process := self._drawn("spawn_main")) is not None:
                process.kill()

    def _halt_coordinator(self) -> None:
        with suppress(psutil.Error, ProcessLookupError):
            if (process := self._coordinator()) is not None:
                process.suspend()
                self._pause.wait(self._random.uniform(1, 20))
                process.resume()

    def _halt_service(self) -> None:
        self.service.send(signal.SIGSTOP)
        self._pause.wait(self._random.uniform(1, 10))
        self.service.send(signal.SIGCONT)

    def _kill_service(self) -> None:
        port = int(self.service.address.rpartition(":")[2])
        self.service.kill(coordinators=self._random.random() < 0.3)
        self.service = started(self._place, *self._flags, port=port).ready()
        self._followed(self.service.process.pid)

    def _mlflow_away(self) -> None:
        self._proxy.turn("refuse")
        self._pause.wait(self._random.uniform(1, 10))
        self._proxy.turn("pass")

    def _bad_requests(self) -> None:
        with self.service.client() as client:
            for _ in range(30):
                path, body = self._random.choice(PATHS), self._random.choice(BODIES)
                with suppress(httpx.TransportError):
                    answer = client.post(path, content=body)
                    self.answers[answer.status_code] += 1

    def _half_requests(self) -> None:
        """Connections that say half of something, and are then forgotten."""
        parts = urlsplit(self.service.address)
        for _ in range(20):
            with (
                suppress(OSError),
                socket.create_connection((parts.hostname, parts.port), 2) as one,
            ):
                one.sendall(
                    b"POST /v1/sweeps HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n\r\n{"
                )

    def _leave_events(self) -> None:
        with suppress(httpx.TransportError), self.service.client() as client:
            for info in client.get("/v1/sweeps?limit=5").json()["items"]:
                path = f"/v1/sweeps/{info['sweep_id']}/events"
                with client.stream("GET", path) as answer:
                    self.answers[answer.status_code] += 1
                    next(answer.iter_raw(), None)

    def _command(self) -> None:
        with suppress(httpx.TransportError), self.service.client() as client:
            items = client.get("/v1/sweeps?limit=8").json()["items"]
            if items:
                sweep_id = self._random.choice(items)["sweep_id"]
                command = self._random.choice(COMMANDS)
                answer = client.post(f"/v1/sweeps/{sweep_id}/{command}")
                self.answers[answer.status_code] += 1


def _words(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""
