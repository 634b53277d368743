"""Coordinators that are nothing but a flag, and what a test lets them do to the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sweeps.lease import Claim
from sweeps.ledger.jobs import Job, Order, enqueue
from sweeps.ledger.ledger import Ledger
from sweeps.sweep import Sweep
from tests.sweeps.bench import RANDOM
from tests.sweeps.ledger.samples import scored, trial


@dataclass
class FakeRunning:
    """A coordinator. `asked` is what was done to end it."""

    job: Job
    gpus: tuple[str, ...]
    alive: bool = True
    excused: bool = False
    last_words: str = "it fell over"
    asked: list[str] = field(default_factory=list)

    def terminate(self) -> None:
        self.asked.append("terminate")
        self.alive = False

    def kill(self) -> None:
        self.asked.append("kill")
        self.alive = False


@dataclass
class FakeLauncher:
    """Notes what it is told to launch; `failing` is what it raises instead."""

    launched: list[FakeRunning] = field(default_factory=list)
    failing: Exception | None = None
    closed: bool = False

    def launch(self, job: Job, gpus: Sequence[str]) -> FakeRunning:
        if self.failing is not None:
            raise self.failing
        self.launched.append(FakeRunning(job, tuple(gpus)))
        return self.launched[-1]

    def close(self) -> None:
        self.closed = True

    @property
    def ids(self) -> list[str]:
        """Of the sweeps that were launched, in order."""
        return [one.job.sweep_id for one in self.launched]


@dataclass
class Coordinated:
    """What a coordinator does to its sweep, step by step."""

    ledger: Ledger
    claim: Claim

    @classmethod
    def begun(cls, ledger: Ledger, sweep_id: str) -> Coordinated:
        """It holds the sweep, and has begun or taken it up."""
        claim = ledger.claim(sweep_id)
        if ledger.backend_state(sweep_id):
            ledger.take_up(claim)
        else:
            ledger.start(claim, RANDOM, {"number": 0}, None)
        return cls(ledger, claim)

    def brings(self, number: int = 0) -> None:
        """A trial begins and ends."""
        self.ledger.begin(self.claim, [trial(number)], {"number": number + 1})
        self.ledger.commit(self.claim, [(scored(number, 0.5), 1)], {"number": number + 1}, 1.0)

    def ends(self, state: str, cause: str | None = None, *, told: bool = True) -> None:
        """The session is over, and its lease given back; MLflow was told of it, or not."""
        self.ledger.end(self.claim, state, 1.0, cause)
        self.ledger.end_shipped(self.claim, told)
        self.ledger.release(self.claim)

    def dies(self) -> None:
        """Without a word: whoever looks finds out at once, as on one machine."""
        self.ledger.release(self.claim)


def submit(ledger: Ledger, owner: str = "ada", sweep: Sweep = RANDOM, **order: object) -> str:
    """A sweep in the queue; its id."""
    wanted = replace(Order(owner, "d"), **order)  # type: ignore[arg-type]
    return enqueue(ledger, sweep, wanted)[0].sweep_id
