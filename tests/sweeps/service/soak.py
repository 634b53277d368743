"""A service for an hour, with faults all the while: nothing may leak, and no sweep may be harmed.

    python -m tests.sweeps.service.soak --minutes 60 [--seed 7] [--one-life]

With `--one-life` everything is killed but the service itself: only a process that lives for long
can show that it grows. The seed is printed; the faults and their order come from it, the
moments from the machine.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from sweeps.ledger.jobs import jobs
from sweeps.ledger.ledger import Ledger
from tests.sweeps.service.load import Say
from tests.sweeps.service.served import Place, end, started, until
from tests.sweeps.service.soak_faults import Faults
from tests.sweeps.service.soak_samples import Life, Sampler
from tests.tracking.faulty_proxy import FaultyProxy
from tracking.ui import serving_ui

WAITING = 4
"""Sweeps that wait all the while."""

PAUSE = 3.0
"""Seconds between two faults, on average."""

MOST_GROWTH = {"megabytes": 60.0, "threads": 6.0, "files": 12.0}
"""An hour, of a process that lived long enough to tell."""

TO_THE_END = 900.0


@dataclass(frozen=True)
class Found:
    """What came of it; `wrong` lists whatever is not as it should be."""

    lives: Sequence[Life]
    did: Counter[str]
    answers: Counter[int]
    states: Counter[str]
    trials: int
    wrong: list[str]

    @property
    def lines(self) -> Iterator[str]:
        for life in self.lives:
            yield from life.lines
        yield f"faults: {dict(sorted(self.did.items()))}"
        yield f"answers: {dict(sorted(self.answers.items()))}"
        yield f"sweeps: {dict(sorted(self.states.items()))}, {self.trials:,} trials with a result"
        yield f"load of the machine: {', '.join(f'{one:.1f}' for one in os.getloadavg())}"
        yield from self.wrong or ("nothing grew, and every sweep is whole",)


def soak(
    folder: Path, seconds: float, seed: int, say: Say = print, *, one_life: bool = False
) -> Found:
    """Keep a service busy and in trouble for so long, then let it finish, and look at it all."""
    place = Place.made(folder / "place")
    with serving_ui(f"sqlite:///{folder / 'mlflow.db'}") as address, FaultyProxy(address) as proxy:
        flags = ("--tracking-uri", proxy.address)
        service = started(place, *flags)
        sampler = Sampler()
        try:
            sampler.follow(service.ready().process.pid)
            follow = sampler.follow
            faults = Faults(place, service, proxy, flags, seed, follow, one_life=one_life)
            _trouble(faults, seconds, seed, say)
            _finish(place, faults)
            lives = sampler.close()
            faults.service.send(signal.SIGTERM)
            code = faults.service.over()
            wrong = [] if code == 0 else [f"the service ended with {code}"]
            wrong += _left(place)
        finally:
            end(place)
        return _looked_at(place, proxy.address, lives, faults, wrong)


def _trouble(faults: Faults, seconds: float, seed: int, say: Say) -> None:
    rng, pause = random.Random(seed), threading.Event()
    until_then, told = time.monotonic() + seconds, time.monotonic()
    while time.monotonic() < until_then:
        faults.feed(WAITING)
        pause.wait(rng.expovariate(1 / PAUSE))
        faults.one()
        assert not faults.service.ended, f"the service has ended: {faults.service.trouble()}"
        if time.monotonic() - told > 60:
            told = time.monotonic()
            say(f"{until_then - told:.0f} s to go; {dict(faults.did)}")


def _finish(place: Place, faults: Faults) -> None:
    """Let whatever was paused go on, and wait until nothing runs or waits."""

    def nothing_left() -> bool:
        with closing(Ledger.open(place.store.ledger_url)) as ledger:
            left = jobs(ledger, ("waiting", "held", "running"))
            states = {job.sweep_id: ledger.sweep(job.sweep_id).state for job in left}
        with suppress(httpx.TransportError), faults.service.client() as client:
            for job in left:
                if job.state == "held" or states[job.sweep_id] == "paused":
                    client.post(f"/v1/sweeps/{job.sweep_id}/resume")
        return not left

    until(nothing_left, "an empty queue", faults.service.trouble, TO_THE_END, every=1.0)


def _left(place: Place) -> list[str]:
    gone = threading.Event()
    for _ in range(100):
        if not place.processes():
            return []
        gone.wait(0.1)
    return [f"left behind: {process}" for process in place.processes()]


def _looked_at(
    place: Place, uri: str, lives: Sequence[Life], faults: Faults, wrong: list[str]
) -> Found:
    from sweeps import coordinator
    from sweeps.doctor.diagnosis import diagnose

    with closing(Ledger.open(place.store.ledger_url)) as ledger:
        rows = ledger.sweeps()
    for row in rows:
        coordinator.sync(row.sweep_id, store=place.store, tracking_uri=uri)
        found = diagnose(place.store, row.sweep_id, tracking_uri=uri)
        wrong += [f"{row.sweep_id} ({row.state}): {one.line}" for one in found.violations]
    for life in lives:
        for what, most in MOST_GROWTH.items():
            slope = life.slope(what)
            long_enough = len(life.samples) > 0 and life.samples[-1].seconds > 600
            if long_enough and slope is not None and slope > most:
                wrong.append(f"process {life.pid}: {what} grow by {slope:.1f} an hour")
    states = Counter(row.state for row in rows)
    return Found(lives, faults.did, faults.answers, states, sum(row.done for row in rows), wrong)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="A service for an hour, with faults.")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--one-life", action="store_true", help="the service is never killed")
    given = parser.parse_args(arguments)
    print(f"seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="sweeps-soak-") as folder:
        found = soak(
            Path(folder),
            60 * given.minutes,
            given.seed,
            lambda line: print(line, flush=True),
            one_life=given.one_life,
        )
    print("\n".join(found.lines), flush=True)
    return 1 if found.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
