"""Clients of a service under load: some submit sweeps, others ask how those stand."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

import httpx

from tests.sweeps.service.served import Place, document

WATCHERS = 4
PAUSE = 0.1
"""Seconds between two questions of one who looks on."""

TRIES_AT_MOST = 400


@dataclass
class Heard:
    """What clients were answered: seconds of each answer, by what was asked; other endings."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"submit": [], "status": []})
    others: Counter[str] = field(default_factory=Counter)
    sweeps: dict[str, str] = field(default_factory=dict)
    last_submitted: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, what: str, seconds: float, status: int) -> None:
        with self.lock:
            if status < 300:
                self.seconds[what].append(seconds)
            else:
                self.others[f"{what} {status}"] += 1

    def missed(self, what: str, error: httpx.TransportError) -> None:
        with self.lock:
            self.others[f"{what} {type(error).__name__}"] += 1

    def submitted(self, name: str, sweep_id: str) -> None:
        with self.lock:
            assert self.sweeps.setdefault(name, sweep_id) == sweep_id, f"{name} came twice"
            self.last_submitted = time.perf_counter()


class Clients:
    """Threads that submit, and threads that look on, against a service which may go and return."""

    def __init__(self, place: Place, sweeps: int, trials: int, clients: int) -> None:
        self.heard = Heard()
        self.address = ""
        self._trials = trials
        self._tokens = [place.token(f"client-{n}") for n in range(clients)]
        self._looking = [place.token(f"looker-{n}", "viewer") for n in range(WATCHERS)]
        self._names: SimpleQueue[str] = SimpleQueue()
        for number in range(sweeps):
            self._names.put(f"load-{number}")
        self._over = threading.Event()
        self.failures: list[BaseException] = []

    @contextmanager
    def at_work(self) -> Iterator[list[threading.Thread]]:
        """Those that submit, under way; whoever looks on does so until the end."""
        submitting = [self._thread(self._submit, token) for token in self._tokens]
        looking = [self._thread(self._look, token) for token in self._looking]
        try:
            yield submitting
        finally:
            self._over.set()
            for thread in (*submitting, *looking):
                thread.join()
        if self.failures:
            raise self.failures[0]

    def _thread(self, work: Any, token: str) -> threading.Thread:
        def run() -> None:
            try:
                with httpx.Client(
                    headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False
                ) as client:
                    work(client)
            except BaseException as error:  # noqa: BLE001 - raised again by whoever waits for the threads
                self.failures.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def _submit(self, client: httpx.Client) -> None:
        while not self._over.is_set():
            try:
                name = self._names.get_nowait()
            except Empty:
                return
            body = {"file": document(name, self._trials), "file_name": f"{name}.yaml"}
            for _ in range(TRIES_AT_MOST):
                answer = self._asked("submit", client, "POST", "/v1/sweeps", name, body)
                if answer is not None and answer.status_code in (200, 201):
                    self.heard.submitted(name, answer.json()["sweep_id"])
                    break
                if answer is not None and answer.status_code not in (429, 503):
                    raise AssertionError(f"{name}: {answer.status_code} {answer.text}")
                self._over.wait(0.2)
            else:
                raise AssertionError(f"{name} was never taken")

    def _look(self, client: httpx.Client) -> None:
        rng = random.Random(0)
        while not self._over.wait(PAUSE):
            known = list(self.heard.sweeps.values())
            path = f"/v1/sweeps/{rng.choice(known)}" if known else "/v1/sweeps?limit=20"
            self._asked("status", client, "GET", path)

    def _asked(
        self,
        what: str,
        client: httpx.Client,
        method: str,
        path: str,
        key: str | None = None,
        body: dict[str, Any] | None = None,
    ) -> httpx.Response | None:
        headers = {} if key is None else {"Idempotency-Key": key}
        before = time.perf_counter()
        try:
            answer = client.request(method, self.address + path, json=body, headers=headers)
        except httpx.TransportError as error:
            self.heard.missed(what, error)
            return None
        self.heard.answered(what, time.perf_counter() - before, answer.status_code)
        return answer
