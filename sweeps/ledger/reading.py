"""What commands that only look ask of a ledger, be it in a database or behind a service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from sweeps.ledger.course import Passed
from sweeps.ledger.records import Begun, SweepRow
from sweeps.trial import Reason, Result, Trial


class LedgerReading(Protocol):
    """Sweeps and their trials, as `LedgerView` reads them."""

    def sweeps(self) -> list[SweepRow]:
        """Every sweep, oldest first."""

    def sweep(self, prefix: str) -> SweepRow:
        """The one sweep whose id starts with `prefix`; LookupError where that is not one."""

    def document(self, sweep_id: str) -> dict[str, Any]:
        """The description that the sweep was started with."""

    def baseline(self, sweep_id: str) -> str | None:
        """What a simple model came to on the sweep's rows, as text; None where nobody measured."""

    def trials(
        self, sweep_id: str, read: Callable[[Trial, str], Result] | None = None
    ) -> list[Begun]:
        """Every trial of the sweep, by number; `read` says how much of its result is wanted."""

    def trial(self, sweep_id: str, number: int) -> Begun:
        """One trial, its result whole. Raises LookupError when there is none of that number."""

    def best(self, sweep_id: str, *, maximize: bool) -> Result | None:
        """The result with the best score; None when none has a score."""

    def course(self, sweep_id: str) -> list[Passed]:
        """Every trial of the sweep, by number: when it began and ended, and what it came to."""

    def confirmations(self, sweep_id: str) -> Sequence[int]:
        """The numbers of trials that train a configuration of the search once more."""

    def reasons(self, sweep_id: str, *, confirmations: bool = True) -> dict[Reason, int]:
        """How many trials failed for which reason, the most frequent first."""

    def failures(self, sweep_id: str) -> Sequence[Result]:
        """The results of failed trials, in brief, by number."""

    def briefs(self, sweep_id: str) -> Sequence[Result]:
        """The results there are, by trial number, without histories and parts."""
