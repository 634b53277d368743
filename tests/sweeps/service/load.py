"""Many clients at once: they submit sweeps, others ask how those stand, and nothing may be lost.

    python -m tests.sweeps.service.load --sweeps 200 --trials 50 --clients 16 [--kills 3]

Each client has a token and a connection of its own. A submission that got no answer is sent again
with its key until it has one, as a careful client does. What was answered is timed, each answer for
itself; a service that is away answers nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import httpx

from sweeps.ledger import Ledger
from tests.sweeps.service.served import Place, Serving, document, end, started, until

WATCHERS = 4
PAUSE = 0.1
"""Seconds between two questions of one who looks on."""

TRIES_AT_MOST = 200


@dataclass(frozen=True)
class Load:
    """So many sweeps of so many trials, by so many clients; so many kills of the service.

    With the first kill its coordinators die, too.
    """

    sweeps: int
    trials: int
    clients: int
    kills: int = 0
    flags: Sequence[str] = ("--no-mlflow",)
    seed: int = 0
    within: float = 3600.0


@dataclass
class Heard:
    """What clients were answered: seconds of each answer, by what was asked; other endings."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"submit": [], "status": []})
    others: Counter[str] = field(default_factory=Counter)
    sweeps: dict[str, str] = field(default_factory=dict)
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


@dataclass(frozen=True)
class Figures:
    """What a load found. Times are seconds; `wrong` lists whatever is not as it should be."""

    submit: Sequence[float]
    status: Sequence[float]
    submitted: float
    total: float
    trials: int
    others: dict[str, int]
    wrong: list[str]
    machine_load: tuple[float, float, float]

    @property
    def lines(self) -> Iterator[str]:
        for name, seconds in (("submit", self.submit), ("status", self.status)):
            p50, p99 = quantile(seconds, 0.5), quantile(seconds, 0.99)
            yield (
                f"{name}: {len(seconds):,} answers, p50 {1000 * p50:.0f} ms, p99 {1000 * p99:.0f} "
                f"ms, longest {1000 * max(seconds):.0f} ms"
            )
        yield f"all submitted after {self.submitted:.1f} s, all over after {self.total:.1f} s"
        yield f"{self.trials:,} trials, {self.trials / self.total:.1f} a second"
        yield f"other answers: {dict(sorted(self.others.items()))}"
        yield f"load of the machine: {', '.join(f'{one:.1f}' for one in self.machine_load)}"
        yield from self.wrong or ("nothing lost, nothing doubled, every sweep is whole",)


def quantile(seconds: Sequence[float], part: float) -> float:
    """The smallest value that so large a part of them does not exceed."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


class Clients:
    """Threads that submit, and threads that look on, against a service which may go and return."""

    def __init__(self, place: Place, load: Load) -> None:
        self.heard = Heard()
        self.address = ""
        self._load = load
        self._tokens = [place.token(f"client-{n}") for n in range(load.clients)]
        self._looking = [place.token(f"looker-{n}", "viewer") for n in range(WATCHERS)]
        self._names: SimpleQueue[str] = SimpleQueue()
        for number in range(load.sweeps):
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
            body = {"file": document(name, self._load.trials), "file_name": f"{name}.yaml"}
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
        rng = random.Random(self._load.seed)
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


def bear(place: Place, load: Load, say: Any = print) -> Figures:
    """Put a service under the load, and check what came of it."""
    clients = Clients(place, load)
    service = started(place, *load.flags)
    try:
        clients.address = service.ready().address
        begun = time.perf_counter()
        with (
            clients.at_work() as submitting,
            closing(Ledger.open(place.store.ledger_url)) as ledger,
        ):
            service = _with_kills(place, service, ledger, load, say)
            for thread in submitting:
                thread.join(load.within)
            submitted = time.perf_counter() - begun
            _wait_for_all(place, service, ledger, load)
            total = time.perf_counter() - begun
        say(f"all over after {total:.1f} s; every sweep is looked at now")
        machine_load = os.getloadavg()
        service.send(15)
        code = service.over()
    finally:
        end(place)
    wrong = checked(place, clients.heard, load)
    if code != 0:
        wrong.append(f"the service ended with {code}: {service.said[-500:]}")
    return Figures(
        submit=clients.heard.seconds["submit"],
        status=clients.heard.seconds["status"],
        submitted=submitted,
        total=total,
        trials=load.sweeps * load.trials,
        others=dict(clients.heard.others),
        wrong=wrong,
        machine_load=machine_load,
    )


def _with_kills(place: Place, service: Serving, ledger: Ledger, load: Load, say: Any) -> Serving:
    """Kill the service at even parts of the sweeps, and start it again at the same port."""
    port = int(service.address.rpartition(":")[2])
    for kill in range(load.kills):
        goal = load.sweeps * (2 * kill + 1) // (2 * load.kills + 1)
        _wait_for(place, service, ledger, goal, load)
        say(f"kill {kill + 1} at {ended(ledger)} sweeps that are over")
        service.kill(coordinators=kill == 0)
        service = started(place, *load.flags, port=port).ready()
    return service


def ended(ledger: Ledger) -> int:
    """How many sweeps are over."""
    return sum(row.state == "finished" for row in ledger.sweeps())


def _wait_for_all(place: Place, service: Serving, ledger: Ledger, load: Load) -> None:
    _wait_for(place, service, ledger, load.sweeps, load)


def _wait_for(place: Place, service: Serving, ledger: Ledger, goal: int, load: Load) -> None:
    def there() -> bool:
        assert not service.ended, f"the service has ended: {service.trouble()}"
        return ended(ledger) >= goal

    until(there, f"{goal} sweeps that are over", service.trouble, load.within, every=0.5)


def checked(place: Place, heard: Heard, load: Load) -> list[str]:
    """What is wrong of what the ledger and MLflow hold afterwards."""
    from sweeps.doctor.diagnosis import diagnose

    wrong: list[str] = []
    names = Counter(heard.sweeps.values())
    with closing(Ledger.open(place.store.ledger_url)) as ledger:
        rows = ledger.sweeps()
    if len(heard.sweeps) != load.sweeps:
        wrong.append(f"{load.sweeps - len(heard.sweeps)} submissions were never answered")
    if {row.sweep_id for row in rows} != set(names) or len(rows) != load.sweeps:
        wrong.append(f"{len(rows)} sweeps are in the ledger, {len(names)} were submitted")
    for row in rows:
        found = diagnose(place.store, row.sweep_id, tracking_uri=place.uri)
        wrong += [f"{row.sweep_id}: {one.line}" for one in found.violations]
        if found.unreachable is not None:
            wrong.append(f"{row.sweep_id}: {found.unreachable}")
        seen = (found.state, found.trials, found.runs, found.unsent, found.end_sent)
        if seen != ("finished", load.trials, load.trials + 1, 0, True):
            wrong.append(f"{row.sweep_id}: (state, trials, runs, unsent, end sent) is {seen}")
    return wrong


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="A service under load.")
    parser.add_argument("--sweeps", type=int, default=200)
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--slots", type=int, default=0, help="as many as cores when left out")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    flags = ["--no-mlflow"] + (["--slots", str(given.slots)] if given.slots else [])
    load = Load(given.sweeps, given.trials, given.clients, given.kills, flags)
    with tempfile.TemporaryDirectory(prefix="sweeps-load-") as folder:
        figures = bear(
            Place.made(Path(folder) / "place"), load, lambda line: print(line, flush=True)
        )
    print("\n".join(figures.lines), flush=True)
    if given.json is not None:
        given.json.write_text(json.dumps(vars(figures), default=list))
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
