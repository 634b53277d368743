"""The queue runner: one thread that takes jobs on, and sees what becomes of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sweeps.errors import LedgerError
from sweeps.ledger.ledger import Ledger
from sweeps.service.running.draining import Draining
from sweeps.service.running.launching import Launcher
from sweeps.service.running.rounds import Rounds
from sweeps.service.running.view import View
from sweeps.service.settings import Settings

GLANCE_SECONDS = 0.05
"""Between two looks at processes that were launched: their ends are seen soon, and cost nothing."""
LOOK_SECONDS = 0.5
"""Between two looks at the ledger, unless something has happened."""


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
        self._rounds = Rounds(settings, ledger, launcher, say)
        self._ledger = ledger
        self._launcher = launcher
        self._say = say
        self._woken = threading.Event()
        self._closed = threading.Event()
        self._looking = threading.Lock()
        self._draining = Draining(ledger)
        self._trouble: str | None = None
        self._seen = View(settings.slots, 0, dict.fromkeys(settings.gpus), (), ())
        self._thread = threading.Thread(target=self._run, name="sweeps-runner", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether jobs are looked after."""
        return self._thread.is_alive()

    @property
    def draining(self) -> bool:
        """Whether nothing more is begun, since the service is about to end."""
        return self._draining.begun

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def wake(self) -> None:
        """There is something new in the queue. Called from any thread."""
        self._woken.set()

    def drain(self, seconds: float) -> bool:
        """Begin nothing more, interrupt what runs here, and wait; whether all of it has ended.

        What runs after so many seconds is ended at once. Jobs stay in the queue.
        """
        with self._looking:  # what is just being begun is interrupted as well
            self._draining.begun = True
        self.wake()
        ended = self._draining.drain(seconds, self._rounds.here, self._adopted)
        self.close()
        return ended

    def hurry(self) -> None:
        """Wait no longer: what a second signal does to `drain`. Called from any thread."""
        self._draining.hurry()

    def view(self) -> View:
        """How it stood when it looked last."""
        return replace(self._seen, draining=self.draining, trouble=self._trouble)

    def order(self) -> Sequence[str]:
        """The ids of waiting sweeps, the one that begins next first."""
        return self._seen.order

    def used(self) -> tuple[int, Mapping[str, float]]:
        """(slots that are taken, what is taken of each GPU)."""
        seen = self._seen
        return seen.used, {gpu: 0.0 if sweep is None else 1.0 for gpu, sweep in seen.gpus.items()}

    def close(self) -> None:
        """Stop looking at the queue; what runs goes on."""
        self._closed.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()
        self._launcher.close()

    def _adopted(self) -> Sequence[str]:
        return self._seen.adopted

    def _run(self) -> None:
        try:
            while not self._closed.is_set():
                self._woken.clear()
                self._look()
                self._wait()
            self._look()
        except BaseException as error:
            self._trouble = f"the queue runner has ended: {type(error).__name__}: {error}"
            raise

    def _look(self) -> None:
        """One round; a ledger that is away is tried again at the next."""
        try:
            with self._looking:
                begin = not self.draining and not self._closed.is_set()
                self._seen = self._rounds.go(begin=begin)
        except LedgerError as error:
            if self._trouble is None:
                self._say(f"the queue rests: {error}")
            self._trouble = str(error)
        else:
            if self._trouble is not None:
                self._say("the ledger is back, and the queue goes on")
            self._trouble = None

    def _wait(self) -> None:
        """Until there is reason to look."""
        until = time.monotonic() + LOOK_SECONDS
        while time.monotonic() < until and not self._woken.wait(GLANCE_SECONDS):
            if self._trouble is None and self._rounds.anything_ended():
                return
