"""Who watches a sweep run: the seam between the loop and whatever shows its progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sweeps.trial import Result

Ending = Literal["finished", "out_of_time", "interrupted", "stopped", "cancelled", "failed"]
"""How a session ends: `stopped` and `cancelled` are final, wanted by somebody; `failed` is the end
of a sweep in which something is wrong with everything, and that may go on when it is mended."""

RESUMABLE: frozenset[Ending] = frozenset({"interrupted", "failed"})


@dataclass(frozen=True)
class Summary:
    """How a session of a sweep ended. `best` is None when no trial has a score.

    `unsent` trials wait in the ledger until MLflow can be reached; `where` tells a person where to
    look at the sweep in MLflow. `seconds` is the wall time of this session; `signal` is the number
    of the signal that interrupted it; `cause` says in a line why a sweep failed; `cancelled` trials
    were asked for and will never be trained; `pruned` ones were ended early, and are no failures.
    With several objectives, `front` counts the trials that no other one beats. `done`, `failed` and
    `pruned` are of the search; `confirmed` and `unconfirmed` are the confirmations with and without
    a score.
    """

    sweep_id: str
    name: str
    ending: Ending
    done: int
    failed: int
    best: Result | None
    seconds: float
    unsent: int
    where: str
    signal: int | None = None
    cause: str | None = None
    cancelled: int = 0
    pruned: int = 0
    front: int = 0
    confirmed: int = 0
    unconfirmed: int = 0


@dataclass(frozen=True)
class AtWork:
    """What a slot trains at the moment, known only while that takes longer than a few seconds.

    Of `trials` that are trained together, `first` and `last` are the lowest and the highest number,
    and `epoch` of `epochs` is how far the furthest is, 0 before any epoch has ended. Of a single
    one, `part` says which fold and repeat it is at, where it has several, and `value` is the
    objective's after its latest epoch. `best` is the best that any of them has reached so far.
    Values are None where no epoch's figures are the objective's.
    """

    slot: str
    trials: int
    first: int
    last: int
    part: str
    epoch: int
    epochs: int
    value: float | None
    best: float | None


class Watcher(Protocol):
    """Told what happens, in order, from the thread that runs the loop.

    `said` and `training` are called from any thread.
    """

    def began(self, sweep_id: str, name: str, total: int | None, done: int) -> None:
        """The sweep has its id; `done` of `total` trials (None: unknown) were done before."""

    def finished(self, result: Result, best: Result | None, front: int = 0) -> None:
        """A trial has its result, and that is stored.

        With several objectives, `best` is that by the first one, and `front` says how many trials
        no other one beats.
        """

    def training(self, live: Sequence[AtWork]) -> None:
        """All that is being trained for longer than a glance, by slot; again when that changes."""

    def said(self, line: str) -> None:
        """Something a person should read: MLflow is away, a checkpoint is gone."""

    def ended(self, summary: Summary) -> None:
        """Nothing more will happen in this session."""


class SaysOnly:
    """Passes on what a person should read, and keeps quiet about how it goes."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.said = say

    def began(self, sweep_id: str, name: str, total: int | None, done: int) -> None:
        """Say nothing."""

    def finished(self, result: Result, best: Result | None, front: int = 0) -> None:
        """Say nothing."""

    def training(self, live: Sequence[AtWork]) -> None:
        """Say nothing."""

    def ended(self, summary: Summary) -> None:
        """Say nothing."""


class Silent:
    """Watches without a word."""

    def began(self, sweep_id: str, name: str, total: int | None, done: int) -> None:
        """Say nothing."""

    def finished(self, result: Result, best: Result | None, front: int = 0) -> None:
        """Say nothing."""

    def training(self, live: Sequence[AtWork]) -> None:
        """Say nothing."""

    def said(self, line: str) -> None:
        """Say nothing."""

    def ended(self, summary: Summary) -> None:
        """Say nothing."""
