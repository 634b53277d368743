"""How a service's sweeps are interrupted when it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from sweeps.errors import LedgerError
from sweeps.ledger import orders as ledger_orders
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.standing import intend
from sweeps.service.running.launching import Running
from sweeps.service.running.rounds import Launched
from sweeps.service.running.standing import RESTING

GLANCE_SECONDS = 0.1
LEAVE_SECONDS = 12.0
"""What a coordinator that was ended at once may take: it tells MLflow, for a few seconds."""
KILLED_SECONDS = 2.0


class Draining:
    """Asks coordinators to end in order, then at once, then ends them.

    `begun` is whether the service is on its way to its end.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._hurried = threading.Event()
        self.begun = False

    def hurry(self) -> None:
        """Do not wait for what is under way. Called from any thread."""
        self._hurried.set()

    def drain(
        self, seconds: float, here: Mapping[str, Launched], adopted: Callable[[], Sequence[str]]
    ) -> bool:
        """Whether all has ended within its time. What was `adopted` is not ended by force."""
        asked: set[str] = set()

        def interrupt() -> bool:
            for sweep_id in (*_alive(here), *adopted()):
                if sweep_id not in asked and self._interrupt(sweep_id):
                    asked.add(sweep_id)
            return not _alive(here) and not adopted()

        ended = self._until(interrupt, seconds, self._hurried.is_set)
        if not ended:
            for running in _alive(here).values():
                running.terminate()
            self._until(lambda: not _alive(here), LEAVE_SECONDS)
            for running in _alive(here).values():
                running.kill()
            self._until(lambda: not _alive(here), KILLED_SECONDS)
        return ended

    def _interrupt(self, sweep_id: str) -> bool:
        """Leave the command; False for a coordinator that has not come to its lease yet.

        A sweep that rests rests on when the service is back.
        """
        try:
            if self._ledger.sweep(sweep_id).state in RESTING:
                intend(self._ledger, sweep_id, "pause")
            return ledger_orders.leave(self._ledger, sweep_id, "interrupt")
        except (LedgerError, LookupError):
            return False

    def _until(
        self,
        done: Callable[[], bool],
        seconds: float,
        enough: Callable[[], bool] = lambda: False,
    ) -> bool:
        until = time.monotonic() + seconds
        while not (ended := done()):
            if time.monotonic() >= until or enough():
                return False
            time.sleep(GLANCE_SECONDS)
        return ended


def _alive(here: Mapping[str, Launched]) -> Mapping[str, Running]:
    """Another thread may take away what has ended."""
    return {sweep_id: one.running for sweep_id, one in list(here.items()) if one.running.alive}
