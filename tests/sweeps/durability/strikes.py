"""Kills at random instants: of a sweep's coordinator, and of its workers."""

from __future__ import annotations

import random
import signal
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import psutil

from tests.sweeps.durability.places import Place
from tests.sweeps.durability.sessions import Running, begin_or_resume, run_to, started, until

Victim = Literal["coordinator", "worker"]

BATCH = 2
"""Trials asked for at once. What was under way when a worker was killed is over when so many have
ended since: three deaths of one fit would be that fit's fault."""


@dataclass
class Strikes:
    """So many kills of each kind, spread over a sweep of so many trials.

    Each comes when a number of trials is done that was drawn for it, and up to a `moment` (seconds)
    later: while a worker starts, trains, hands its outcome over, or while the ledger or MLflow is
    written. Every third coordinator is killed while it starts instead. `struck` counts them.
    """

    place: Place
    trials: int
    each: int
    seed: str
    moment: float
    struck: dict[Victim, int] = field(default_factory=lambda: {"coordinator": 0, "worker": 0})

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        victims: list[Victim] = ["coordinator", "worker"] * self.each
        self._random.shuffle(victims)
        due = sorted(self._random.randrange(self.trials // 2) for _ in victims)
        self._to_come = list(zip(due, victims, strict=True))
        self._worker_due = 0

    def run(self) -> Place:
        """The sweep, with its kills, up to its end; those that come too late are left out."""
        while self._to_come:
            workers = self._random.choice([1, 1, 2])
            with started(self.place, *begin_or_resume(self.place), workers=workers) as running:
                if not self._struck_down(running):
                    assert running.ended() == 0, running.said[-3000:]
                    return self.place
        run_to(0, self.place, *begin_or_resume(self.place), workers=2)
        return self.place

    def _struck_down(self, running: Running) -> bool:
        """Whether the session was killed before it ended the sweep."""
        while self._to_come:
            due, victim = self._to_come.pop(0)
            if victim == "worker" or self._random.random() < 2 / 3:
                self._wait_for(max(due, self._worker_due if victim == "worker" else 0), running)
            threading.Event().wait(self._random.random() * self.moment)
            if victim == "worker":
                self._end_a_worker(running)
                continue
            with suppress(ProcessLookupError):  # it ended first
                running.send(signal.SIGKILL)
            if running.ended() == -signal.SIGKILL:
                self.struck[victim] += 1
                return True
            return False
        return False

    def _wait_for(self, done: int, running: Running) -> None:
        until(lambda: self._done >= done or not running.alive, f"{done} trials", 300.0)

    @property
    def _done(self) -> int:
        return self.place.said.count("finished ")

    def _end_a_worker(self, running: Running) -> None:
        found: list[psutil.Process] = []

        def comes() -> bool:
            found[:] = running.workers()
            return bool(found) or not running.alive

        until(comes, "a worker")
        with suppress(psutil.NoSuchProcess):
            if found:
                self._random.choice(found).kill()
                self._worker_due = self._done + BATCH
                self.struck["worker"] += 1
