"""Telling somebody of a sweep's events, while nothing waits for that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from sweeps.notifying.messages import Message, Messages
from sweeps.notifying.sending import Sender, UnsentError, senders
from sweeps.sweep import Event, Sweep
from sweeps.trial import Result
from sweeps.watcher import AtWork, Summary

APART = 30.0
"""Seconds between two messages about the same kind of event; the latest is told."""

LAST_WAIT = 8.0
HURRIED_WAIT = 3.0
"""Seconds that the end of a session waits for its last messages; the latter when somebody has
interrupted it."""

clock = time.monotonic


class Notifier:
    """A watcher that passes events on, on a thread of its own: whoever is slow holds up nothing.

    Failures are told together, and of new bests the latest. What cannot be told is said once for
    each of those who should have heard, and forgotten.
    """

    def __init__(
        self, sweep: Sweep, sweep_id: str, say: Callable[[str], None], apart: float = APART
    ) -> None:
        self._messages = Messages(sweep, sweep_id)
        self._one_objective = not sweep.further
        self._senders = senders(sweep.notify)
        self._say = say
        self._apart = apart
        self._turn = threading.Condition()
        self._best: Result | None = None
        self._failed: tuple[int, Result] | None = None
        self._last: Message | None = None
        self._told_at: dict[Event, float] = {}
        self._closed = False
        self._patience = LAST_WAIT
        self._unheard: set[Sender] = set()
        self._thread = threading.Thread(target=self._tell_all, name="notifier", daemon=True)
        self._thread.start()
        for sender, _ in self._senders:
            if (trouble := sender.trouble()) is not None:
                self._complain(sender, trouble)

    def began(self, sweep_id: str, name: str, total: int | None, done: int) -> None:
        """Nobody asked to hear of it."""

    def finished(self, result: Result, best: Result | None, front: int = 0) -> None:  # noqa: ARG002
        """Note a failure, or a new best."""
        with self._turn:
            if result.state == "failed":
                earlier = 0 if self._failed is None else self._failed[0]
                self._failed = earlier + 1, result
            elif best is result and self._one_objective:
                self._best = result
            else:
                return
            self._turn.notify()

    def training(self, live: Sequence[AtWork]) -> None:
        """Nobody asked to hear of it."""

    def said(self, line: str) -> None:
        """That is for whoever looks on."""

    def ended(self, summary: Summary) -> None:
        """The last message, as soon as those before it are told."""
        if summary.ending == "interrupted":
            self._patience = HURRIED_WAIT
        self._end(self._messages.end(summary))

    def broke(self, error: BaseException) -> None:
        """The same, of a session that ended with an error."""
        self._end(self._messages.broken(error))

    def close(self) -> None:
        """Wait for the last messages, but not for long."""
        with self._turn:
            self._closed = True
            self._turn.notify()
        self._thread.join(self._patience)
        if self._thread.is_alive():
            self._say("notify: not all that was to be told was taken in time")

    def _end(self, message: Message) -> None:
        with self._turn:
            self._last = message
            self._turn.notify()

    def _tell_all(self) -> None:
        while True:
            with self._turn:
                message = self._next()
                while message is None and not self._closed:
                    self._turn.wait(self._pause())
                    message = self._next()
            if message is None:
                return
            self._tell(message)

    def _next(self) -> Message | None:
        """What is told now; at the end all that is left."""
        if self._failed is not None and self._due("failure"):
            message, self._failed = self._messages.failures(*self._failed), None
        elif self._best is not None and self._due("best"):
            message, self._best = self._messages.best(self._best), None
        elif self._last is not None:
            message, self._last = self._last, None
        else:
            return None
        self._told_at[message.event] = clock()
        return message

    def _due(self, event: Event) -> bool:
        ending = self._closed or self._last is not None
        return ending or clock() >= self._told_at.get(event, -self._apart) + self._apart

    def _pause(self) -> float | None:
        """Seconds until the next is due; None when nothing waits."""
        held_back: tuple[tuple[Event, object], ...] = (
            ("failure", self._failed),
            ("best", self._best),
        )
        due = [
            self._told_at.get(event, 0.0) + self._apart - clock()
            for event, what in held_back
            if what is not None
        ]
        return max(0.0, min(due)) if due else None

    def _tell(self, message: Message) -> None:
        for sender, events in self._senders:
            if message.event in events:
                try:
                    sender.send(message)
                except UnsentError as error:
                    self._complain(sender, str(error))

    def _complain(self, sender: Sender, why: str) -> None:
        if sender not in self._unheard:
            self._unheard.add(sender)
            self._say(f"notify: {sender.name}: {why}")
