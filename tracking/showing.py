"""Shows trials under way as the store has time for it: trouble with that holds nothing else up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tracking.outbox import Outbox
from tracking.records import LiveRecord
from tracking.tracker import RefusedError, Tracker, TrackingError


class Showing:
    """What could not be shown stays in the outbox, and waits longer each time.

    A trial that the store refuses is shown when it has its result, and not before.
    """

    def __init__(
        self, outbox: Outbox, complain: Callable[[str], None], pauses: Sequence[float]
    ) -> None:
        self._outbox = outbox
        self._complain = complain
        self._pauses = pauses
        self._failures = 0

    def show(self, tracker: Tracker, trials: Sequence[LiveRecord], *, in_trouble: bool) -> bool:
        """Whether they were shown. `in_trouble`: a person knows already that the store is."""
        try:
            self._send(tracker, trials)
        except TrackingError as error:
            if not in_trouble:
                self._complain(str(error))
            self._outbox.put_off(self._pauses[min(self._failures, len(self._pauses) - 1)])
            self._failures += 1
            return False
        self._failures = 0
        return True

    def _send(self, tracker: Tracker, trials: Sequence[LiveRecord]) -> None:
        try:
            tracker.live(trials)
        except RefusedError:
            for trial in trials:
                self._send_one(tracker, trial)

    def _send_one(self, tracker: Tracker, trial: LiveRecord) -> None:
        try:
            tracker.live([trial])
        except RefusedError as refusal:
            self._complain(str(refusal))
            self._outbox.hide(trial.number)
