"""A runner's looks at the queue, with coordinators that are made up and a real ledger."""

from __future__ import annotations

from dataclasses import dataclass, field

from sweeps.ledger import jobs as ledger_jobs
from sweeps.ledger.jobs import Job
from sweeps.ledger.ledger import Ledger
from sweeps.service.running.rounds import Rounds
from sweeps.service.running.view import View
from sweeps.service.settings import Settings
from tests.sweeps.service.fake_launcher import FakeLauncher, FakeRunning


@dataclass
class Service:
    """A runner's rounds, and the clock that they go by."""

    ledger: Ledger
    settings: Settings
    said: list[str] = field(default_factory=list)
    launcher: FakeLauncher = field(default_factory=FakeLauncher)

    def __post_init__(self) -> None:
        self.rounds = Rounds(self.settings, self.ledger, self.launcher, self.said.append)

    def look(self) -> View:
        return self.rounds.go(begin=True)

    @property
    def last(self) -> FakeRunning:
        return self.launcher.launched[-1]

    def job(self, sweep_id: str) -> Job:
        found = ledger_jobs.job_of(self.ledger, sweep_id)
        assert found is not None
        return found

    def state(self, sweep_id: str) -> tuple[str, str]:
        return self.job(sweep_id).state, self.ledger.sweep(sweep_id).state


class Clock:
    """Milliseconds that a test lets pass."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms
