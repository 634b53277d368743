"""The queue runner: one thread that takes jobs on, and sees what becomes of them."""

from __future__ import annotations

from collections.abc import Callable

from sweeps.ledger import Ledger
from sweeps.service.launching import Launcher
from sweeps.service.settings import Settings
from sweeps.service.view import View


class Runner:
    """Runs the jobs of a ledger, as many at once as there are slots, until closed.

    Several services may do so on one ledger. `say` gets what an operator should read.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        launcher: Launcher,
        say: Callable[[str], None] = print,
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._launcher = launcher
        self._say = say

    def start(self) -> None:
        """Begin, in a thread of its own."""

    def wake(self) -> None:
        """There is something new in the queue. Called from any thread."""

    def drain(self, seconds: float) -> bool:
        """Begin nothing more, interrupt what runs here, and wait; whether all of it has ended.

        What runs after so many seconds is ended at once. Jobs stay in the queue.
        """
        return seconds >= 0.0

    def hurry(self) -> None:
        """Wait no longer: what a second signal does to `drain`. Called from any thread."""

    def view(self) -> View:
        """How it stands."""
        return View(self._settings.slots, 0, dict.fromkeys(self._settings.gpus), (), ())

    def close(self) -> None:
        """Stop looking at the queue; what runs goes on."""
