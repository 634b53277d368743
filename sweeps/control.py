"""What is wanted of a sweep while it runs: by commands from other terminals and from MLflow's page.

Commands come from other threads; the loop looks at `wish` between packs, and rests while it is
`pause`. Only `cancel` breaks off what is under way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Literal

from sweeps.errors import LedgerError
from sweeps.interrupts import Interrupts
from sweeps.lease import LeaseError
from sweeps.ledger.orders import COMMANDS, Command

Wish = Literal["go_on", "pause", "stop", "cancel"]

WISHES: Mapping[Command, Wish] = {
    "pause": "pause",
    "resume": "go_on",
    "stop": "stop",
    "cancel": "cancel",
}
SHOWN: Mapping[Wish, str] = {
    "go_on": "running",
    "pause": "pausing",
    "stop": "stopping",
    "cancel": "stopping",
}
"""The state in which a sweep is from the moment that it has heard a command."""

GLANCE_SECONDS = 0.2
"""A signal's handler can wake nobody who waits, so a resting loop looks up this often."""


class Control:
    """Hears commands and signals, and acknowledges commands by the sweep's state.

    `show` writes a state down for everybody to see, `say` tells the person at this terminal.
    """

    def __init__(
        self, interrupts: Interrupts, show: Callable[[str], None], say: Callable[[str], None]
    ) -> None:
        self._interrupts = interrupts
        self._show = show
        self._say = say
        self._heard = threading.Event()
        self._obeying = threading.Lock()
        self._showing = threading.RLock()
        self._resting = False
        self.wish: Wish = "go_on"

    @property
    def interrupted(self) -> bool:
        """Whether a signal asked for the end of this session."""
        return self._interrupts.signal is not None

    @property
    def breaking_off(self) -> bool:
        """Whether what is under way is no longer wanted, or may have been ended from outside."""
        return self.interrupted or self.wish == "cancel"

    def obey(self, command: str) -> None:
        """Take a command; one that nobody knows is answered and changes nothing.

        What cannot be written down at the moment is said; the command counts all the same.
        """
        command = command.strip().lower()
        if command not in COMMANDS:
            self._say(f"{command!r} is no command: there are {', '.join(COMMANDS)}")
            self._acknowledge()
            return
        if command == "interrupt":
            self._interrupts.ask()
            self._acknowledge()
            return
        with self._obeying:
            # What is being ended is not brought back by a command that comes later.
            if self.wish == "cancel" or (self.wish == "stop" and command != "cancel"):
                wish: Wish = self.wish
            else:
                wish = WISHES[command]
            changed, self.wish = wish != self.wish, wish
        self._acknowledge()
        if not changed:
            return
        self._say(f"asked to {command}")
        self._heard.set()
        if wish == "cancel":
            self._interrupts.break_off()

    def rest(self) -> None:
        """Return when a pause is over, by a command or a signal."""
        self._resting = True
        self._acknowledge()
        self._say("paused; `sweeps resume` goes on")
        while self.wish == "pause" and not self.interrupted:
            self._heard.wait(GLANCE_SECONDS)
            self._heard.clear()
        self._resting = False

    @property
    def _state(self) -> str:
        """What the sweep does, as everybody may see it."""
        return "paused" if self._resting and self.wish == "pause" else SHOWN[self.wish]

    def _acknowledge(self) -> None:
        """One at a time, so that what is shown last is how it stands."""
        with self._showing:
            state = self._state
            try:
                self._show(state)
            except (LeaseError, LedgerError) as error:
                self._say(f"the state {state!r} could not be written down: {error}")


class Listener:
    """Looks for commands, by default twice a second, from a thread, until closed.

    `take` gives the command that was left, if any. When the lease is lost there is nothing to
    listen for any more; when the ledger cannot be read for a while, the next look may succeed.
    """

    def __init__(
        self,
        take: Callable[[], str | None],
        obey: Callable[[str], None],
        glance_seconds: float = 0.5,
    ) -> None:
        self._take = take
        self._glance_seconds = glance_seconds
        self._obey = obey
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="sweeps-listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, and wait until a look under way has ended."""
        self._closed.set()
        self._thread.join()

    def _listen(self) -> None:
        while not self._closed.wait(self._glance_seconds):
            try:
                command = self._take()
            except LeaseError:
                return
            except LedgerError:
                continue
            if command is not None:
                self._obey(command)
