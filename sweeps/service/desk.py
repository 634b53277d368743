"""What the API does, without HTTP: every route reads its request and asks here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from sweeps import ledger_jobs
from sweeps.ledger import Ledger
from sweeps.ledger_jobs import Job
from sweeps.ledger_records import SweepRow
from sweeps.reading import read_sweep
from sweeps.service.expecting import Expected
from sweeps.service.problems import ProblemError
from sweeps.service.settings import Allowed, Settings
from sweeps.store import Store
from sweeps.sweep import Sweep

Ending = Literal["stopped", "cancelled"]

Admit = Callable[[bytes, str, Sequence[str], Allowed], Sweep]
"""From a sweep file's text, its name and overrides to what may run. Raises SweepFileError."""


class Running(Protocol):
    """The queue's runner, as the API sees it. Every method answers at once, from any thread."""

    @property
    def alive(self) -> bool:
        """Whether its thread lives."""

    @property
    def draining(self) -> bool:
        """Whether the service is about to end, so that nothing new is taken in."""

    def wake(self) -> None:
        """The queue has changed."""

    def order(self) -> Sequence[str]:
        """The ids of waiting sweeps, the one that begins next first."""

    def used(self) -> tuple[int, Mapping[str, float]]:
        """(slots that are taken, what is taken of each GPU of this machine)."""


@dataclass(frozen=True)
class Desk:
    """What all routes share. Methods may be called from any thread.

    `store` is where the ledger, logs and reports are; `admit` reads submitted sweep files.
    """

    settings: Settings
    store: Store
    ledger: Ledger
    runner: Running
    admit: Admit
    expected: Expected = field(default_factory=Expected)

    def find(self, typed: str) -> SweepRow:
        """The one sweep whose id begins so. Raises ProblemError: 404, or 409 for several."""
        try:
            return self.ledger.sweep(typed)
        except LookupError as error:
            detail = str(error.args[0])
            raise ProblemError(409 if "may be any of" in detail else 404, detail) from error

    def job(self, row: SweepRow) -> Job | None:
        """The sweep's place in the queue; None of one that was never there."""
        return ledger_jobs.job_of(self.ledger, row.sweep_id)

    def sweep_of(self, row: SweepRow) -> Sweep:
        """The description that the sweep was started with."""
        return read_sweep(self.ledger.document(row.sweep_id))

    def refuse_when_draining(self) -> None:
        """Raise ProblemError, 503, while the service ends."""
        if self.runner.draining:
            raise ProblemError(
                503,
                "the service is about to end and takes nothing new: try again when it is back",
                exit_code=1,
                headers={"Retry-After": "10"},
            )
