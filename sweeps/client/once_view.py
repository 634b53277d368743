"""The ledger behind a service, for a command that looks at it once."""

from __future__ import annotations

from sweeps.client.connection import Connection
from sweeps.client.remote_view import RemoteView
from sweeps.ledger.course import Passed


class OnceView(RemoteView):
    """As `RemoteView`, but a course is kept as it was first read: it may be of a million trials.

    What is made from it several times then fits together, too. Who looks again needs another one.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._courses: dict[str, list[Passed]] = {}

    def course(self, sweep_id: str) -> list[Passed]:
        """Every trial of the sweep, by number, as it was when this was first asked."""
        if sweep_id not in self._courses:
            self._courses[sweep_id] = super().course(sweep_id)
        return self._courses[sweep_id]
