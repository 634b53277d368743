"""The role of a tracker: whoever keeps the records of sweeps where people browse them.

TrackingError
└── RefusedError
StandDownError
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from tracking.records import (
    LiveRecord,
    SweepEnd,
    SweepFigures,
    SweepRecord,
    SweepState,
    TrialRecord,
)


class TrackingError(Exception):
    """The store cannot be reached or cannot do what was asked; trying again later may help.

    The message is one line that names the store and says what went wrong.
    """


class RefusedError(TrackingError):
    """The store will not take this record, however often it is sent."""


class StandDownError(Exception):
    """Whoever sends may send no more: somebody else does by now. The message is one line."""


class Tracker(Protocol):
    """Keeps records. Every call may be repeated: a replay changes nothing."""

    def heed(self, may_write: Callable[[], None]) -> None:
        """Call this before each single write from now on; what it raises ends the call under way.

        It takes no time, and may be called from any thread.
        """

    def begin(self, record: SweepRecord) -> None:
        """Create the sweep's parent run, or find it again and mark it as running.

        A wish left over from before (see `command`) is taken away.
        """

    def log(self, trials: Sequence[TrialRecord]) -> None:
        """Create or complete one child run per trial; their final status is set last.

        The sweep must have begun on this tracker (LookupError otherwise).
        """

    def live(self, trials: Sequence[LiveRecord]) -> None:
        """Show trials that are being trained: one child run each, which `log` completes later.

        One that is complete by now, or of a later attempt, stays as it is; what an earlier attempt
        has left is replaced. The sweep must have begun on this tracker (LookupError otherwise).
        """

    def command(self, sweep_id: str) -> str:
        """Return what a person wrote into the begun sweep's tag `sweeps.command`; "" if nothing."""

    def show_state(self, record: SweepState) -> None:
        """Show what a begun sweep does at the moment, and take the wish away: it was heard."""

    def add_figures(self, samples: Sequence[SweepFigures]) -> None:
        """Add what the machine did to the run of a begun sweep."""

    def end(self, record: SweepEnd) -> None:
        """Add what is known only at the end, then set the parent run's status.

        Runs of trials that were shown while they were trained, and have no result, are marked as
        killed: nobody trains them any more.
        """

    def link(self, sweep_id: str) -> str:
        """Return the address of a begun sweep in a browser; empty when nothing serves it."""

    def close(self) -> None:
        """Let go of the store. Nothing may be sent afterwards.

        Another thread may do this while `log` is under way, which then ends early.
        """
