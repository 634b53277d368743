"""Brings MLflow back to what the ledger says, which itself is left as it is.

What is doubled, foreign, wrong or incomplete is deleted, and what is missing then is sent again as
`sweeps sync` sends it.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from sweeps import coordinator
from sweeps.doctor.auditor import mlflow_auditor
from sweeps.doctor.diagnosis import Diagnosis, diagnose
from sweeps.doctor.violation import Mend
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.unsent import mark_unsent
from sweeps.store import Store
from sweeps.watcher import Watcher
from tracking.tracker import TrackingError

REMOVED_AT_ONCE = 20
"""Runs that are deleted between two renewals of the lease."""


@dataclass(frozen=True)
class Repaired:
    """What was done: how many runs were deleted, and how many trials had to be sent again.

    With `end`, how the sweep ended had to be; with `anew`, all of it, since what its own run says
    could not be written over. `diagnosis` is how the sweep stands afterwards.
    """

    removed: int
    resent: int
    end: bool
    anew: bool
    diagnosis: Diagnosis


def repair(
    store: Store,
    sweep_id: str,
    *,
    tracking_uri: str | None = None,
    watcher: Watcher | None = None,
) -> Repaired:
    """Look at a sweep, by its whole id, mend what MLflow may have, and look again.

    Raises LeaseError while somebody runs the sweep, TrackingError when MLflow cannot be reached,
    LookupError and LedgerError as `diagnose` does.
    """
    found = diagnose(store, sweep_id, tracking_uri=tracking_uri)
    if found.unreachable is not None:
        raise TrackingError(found.unreachable)
    work = _Work(store, sweep_id, tracking_uri, watcher)
    first, anew = found.mend, False
    if first != Mend():
        found = work.mended(first)
        # MLflow shows the latest value of a metric: one that claims to be later stays.
        anew = found.mend.end and found.end_sent
        if anew:
            found = work.mended(work.everything())
    return Repaired(work.removed, work.resent, first.end, anew, found)


class _Work:
    """The mending of one sweep, and how much it was."""

    def __init__(
        self, store: Store, sweep_id: str, tracking_uri: str | None, watcher: Watcher | None
    ) -> None:
        self._store = store
        self._sweep_id = sweep_id
        self._uri = tracking_uri
        self._watcher = watcher
        self.removed = 0
        self.resent = 0

    def mended(self, mend: Mend) -> Diagnosis:
        """Delete, send again, and look."""
        self._clear(mend)
        coordinator.sync(
            self._sweep_id, store=self._store, tracking_uri=self._uri, watcher=self._watcher
        )
        return diagnose(self._store, self._sweep_id, tracking_uri=self._uri)

    def everything(self) -> Mend:
        """All that MLflow has of the sweep, made anew."""
        with closing(mlflow_auditor(self._uri)) as store:
            remove = tuple(run.run_id for run in store.audit(self._sweep_id))
        with closing(Ledger.open(self._store.ledger_url)) as ledger:
            sent = [one.trial.number for one in ledger.trials(self._sweep_id) if one.shipped]
        return Mend(remove, tuple(sent), end=True)

    def _clear(self, mend: Mend) -> None:
        """Mark what is to be sent, then delete: broken off in between, it is found again."""
        with (
            closing(mlflow_auditor(self._uri)) as store,
            closing(Ledger.open(self._store.ledger_url)) as ledger,
        ):
            claim = ledger.claim(self._sweep_id)
            try:
                mark_unsent(ledger, claim, mend.resend, end=mend.end)
                for start in range(0, len(mend.remove), REMOVED_AT_ONCE):
                    ledger.renew(claim)
                    store.remove(mend.remove[start : start + REMOVED_AT_ONCE])
            finally:
                ledger.release(claim)
        self.removed += len(mend.remove)
        self.resent += len(mend.resend)
