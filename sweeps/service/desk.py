"""What the API does, without HTTP: every route reads its request and asks here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from sweeps import wire
from sweeps.errors import NoSweepError, SeveralSweepsError
from sweeps.ledger import pages as ledger_pages
from sweeps.ledger.jobs import Job, job_of, jobs
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import SweepRow
from sweeps.queue_place import place_of
from sweeps.reading.sweep import read_sweep
from sweeps.service.expecting import Described, Descriptions, Patience, expected_of
from sweeps.service.identity import Who, owns
from sweeps.service.nodes import Nodes
from sweeps.service.problems import FAILED, ProblemError
from sweeps.service.running.view import View
from sweeps.service.settings import Allowed, Settings
from sweeps.store import Store
from sweeps.sweep import Sweep

Admit = Callable[[bytes, str, Sequence[str], Allowed], Sweep]
"""From a sweep file's text, its name and overrides to what may run. Raises SweepFileError."""


class Running(Protocol):
    """The queue's runner, as the API sees it. Every method answers at once, from any thread."""

    @property
    def alive(self) -> bool:
        """Whether its thread lives."""

    def wake(self) -> None:
        """The queue has changed."""

    def view(self) -> View:
        """How it stands."""


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
    nodes: Nodes = field(default_factory=Nodes)
    descriptions: Descriptions = field(default_factory=Descriptions)

    def positions(self, asked: Iterable[Job]) -> Mapping[str, int]:
        """By sweep, 1 for the one that begins next; those that do not wait have none.

        Who has just come stands behind all that still wait, until the runner has seen to it.
        """
        order: Sequence[str] = self.runner.view().order
        waiting = {job.sweep_id for job in asked if job.state == "waiting"}
        if not waiting <= set(order):
            now = [job.sweep_id for job in jobs(self.ledger, ["waiting"])]
            order = [
                *(one for one in order if one in now),
                *(one for one in now if one not in order),
            ]
        return {one: place for place, one in enumerate(order, 1)}

    def find(self, typed: str) -> SweepRow:
        """The one sweep whose id begins so. Raises ProblemError: 404, or 409 for several."""
        with _found():
            return self.ledger.sweep(typed)

    def id_of(self, typed: str) -> str:
        """Its id alone, which takes no counting of trials."""
        with _found():
            return self.ledger.sweep_id(typed)

    def controlled(self, typed: str, who: Who) -> tuple[SweepRow, Job | None]:
        """The same, for somebody who may control it. Raises ProblemError: 403."""
        row = self.find(typed)
        job = job_of(self.ledger, row.sweep_id)
        if not owns(who, job):
            owner = "nobody of this service" if job is None else job.order.owner
            raise ProblemError(
                403, f"sweep {row.sweep_id} was submitted by {owner}: that one or an admin may"
            )
        return row, job

    def sweep_of(self, sweep_id: str) -> Sweep:
        """The description that the sweep was started with."""
        return read_sweep(self.ledger.document(sweep_id))

    def info(self, row: SweepRow) -> dict[str, Any]:
        """A sweep as the API tells of it."""
        text = ledger_pages.documents(self.ledger, [row.sweep_id]).get(row.sweep_id)
        if text is None:
            raise ProblemError(404, f"sweep {row.sweep_id} was removed")
        described = self.descriptions.of(row.sweep_id, text)
        job = job_of(self.ledger, row.sweep_id)
        positions = self.positions([job]) if job and job.state == "waiting" else {}
        return _info(row, described, job, positions)

    def infos(self, rows: Sequence[SweepRow]) -> list[dict[str, Any]]:
        """Several sweeps, in this order."""
        ids = [row.sweep_id for row in rows]
        described = Patience(self.descriptions).of(ledger_pages.documents(self.ledger, ids))
        found = ledger_pages.jobs_of(self.ledger, ids)
        positions = self.positions(found.values())
        return [
            _info(row, described.get(row.sweep_id), found.get(row.sweep_id), positions)
            for row in rows
        ]

    def refuse_when_draining(self) -> None:
        """Raise ProblemError, 503, while the service ends."""
        if self.runner.view().draining:
            raise ProblemError(
                503,
                "the service is about to end and takes nothing new: try again when it is back",
                FAILED,
                {"Retry-After": "10"},
            )


@contextmanager
def _found() -> Iterator[None]:
    """Within it, what is not there is a problem."""
    try:
        yield
    except SeveralSweepsError as error:
        raise ProblemError(409, str(error.args[0])) from error
    except NoSweepError as error:
        raise ProblemError(404, str(error.args[0])) from error


def _info(
    row: SweepRow, described: Described | None, job: Job | None, positions: Mapping[str, int]
) -> dict[str, Any]:
    objectives = () if described is None else described.objectives
    place = None
    if job is not None:
        place = place_of(job, positions.get(job.sweep_id))
    return {
        **wire.row_fields(row),
        "objectives": [{"metric": metric, "goal": goal} for metric, goal in objectives],
        "expected": expected_of(row, described),
        "job": None if place is None else vars(place),
    }
