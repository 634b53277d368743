"""The background sender: records go to the tracker on a thread of their own, in order.

Training never waits for the tracking store. What could not be sent stays with whoever put it: only
trials that `on_shipped` was told about are safe in the store.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from tracking.ears import Ears
from tracking.outbox import Batch, Outbox, Record
from tracking.records import (
    LiveRecord,
    SweepEnd,
    SweepFigures,
    SweepRecord,
    SweepState,
    TrialRecord,
)
from tracking.retries import PAUSES, Retries
from tracking.showing import Showing
from tracking.stride import Stride
from tracking.tracker import RefusedError, StandDownError, Tracker, TrackingError
from tracking.wishes import Wishes

_LIVELY = 20.0
"""Trials a second that a store must take to be waited for at the end."""
_WINDOW = 3.0


class Shipper:
    """Sends records of one sweep: begin first, then trials in the order they came, end last.

    `tracker_factory` is called on the sender's thread, since opening a store takes seconds. All
    callbacks come from that thread, and never after `close` has returned:
    `on_shipped` gets the numbers of trials whose runs are complete; `on_trouble` one line for a
    person when the store cannot be reached (once until the reason changes); `on_command` what a
    person wrote into the begun sweep's tag `sweeps.command`, asked for once a second; `on_ended` is
    told that the sweep's end was delivered. `may_send` is called before everything that is sent. A
    StandDownError of `may_send`, `on_shipped` or `on_ended` ends sending for good, a TrackingError
    of theirs is trouble like any other. `may_write` may raise the same; the tracker calls it before
    each single write, from any thread.

    After trouble the same records are sent again after `pauses` (seconds; the last one repeats). A
    trial that the store refuses by itself is left unsent, and the ones after it go on. Trials under
    way are shown when there is time for it; trouble with them holds nothing else up.
    """

    def __init__(
        self,
        tracker_factory: Callable[[], Tracker],
        on_shipped: Callable[[Sequence[int]], None],
        on_trouble: Callable[[str], None],
        *,
        on_command: Callable[[str], None] | None = None,
        on_ended: Callable[[], None] | None = None,
        may_send: Callable[[], None] | None = None,
        may_write: Callable[[], None] | None = None,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._tracker_factory = tracker_factory
        self._on_shipped = on_shipped
        self._ears = Ears(on_trouble)
        self._on_ended = on_ended
        self._may_send = may_send
        self._may_write = may_write
        self._on_command = on_command
        self._wishes = Wishes(self._hear, pauses)
        self._outbox = Outbox()
        self._sweep_id = ""
        self._shipped = 0
        self._stride = Stride()
        self._opened = threading.Event()
        self._closing = threading.Event()
        self._given_up = threading.Event()
        self._retries = Retries(pauses, self._closing, self._given_up)
        self._showing = Showing(self._outbox, self._ears.complain, pauses)
        self._link = ""
        self._tracker: Tracker | None = None
        self._bug: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="tracking", daemon=True)
        self._thread.start()

    @property
    def link(self) -> str:
        """Where the sweep is in a browser; empty before it has begun and for local stores."""
        return self._link

    def put(self, record: Record) -> None:
        """Leave a record to be sent; returns at once."""
        self._outbox.put(record)

    def announce(self, record: SweepState) -> None:
        """Leave a state to be shown before anything else is sent; the newest one counts."""
        self._outbox.announce(record)

    def sampled(self, sample: SweepFigures) -> None:
        """Leave figures of the machine to be sent; of many that wait the newest are kept."""
        self._outbox.sampled(sample)

    def show(self, record: LiveRecord) -> None:
        """Leave epochs of a trial under way to be shown in a few seconds."""
        self._outbox.show(record)

    def close(self, patience: float, longest: float | None = None) -> int:
        """Send what waits; return how many trials stay unsent.

        That takes `patience` seconds at most, or half as many from when the store is open if that
        takes long; up to `longest` seconds as long as the store takes 20 trials a second. Draining
        also ends when the store was in trouble before and still is, or fails three times in a row.
        Raises what went wrong on the sender's thread when that was an error in the program rather
        than trouble with the store.
        """
        self._outbox.close()
        self._closing.set()
        self._wait(patience, longest or patience)
        self._given_up.set()
        self._ears.close()
        if self._thread.is_alive() and self._tracker is not None:
            self._tracker.close()
        if self._bug is not None:
            raise self._bug
        return self._outbox.unsent

    def _wait(self, patience: float, longest: float) -> None:
        """Wait for the sender's thread as long as `close` promises."""
        began = time.monotonic()
        until = began + longest
        self._opened.wait(patience)
        before, window = self._shipped, max(began + patience - time.monotonic(), patience / 2)
        self._thread.join(window)
        while self._thread.is_alive() and self._is_lively(before, window):
            before, window = self._shipped, min(_WINDOW, until - time.monotonic())
            if window <= 0:
                return
            self._thread.join(window)

    def _is_lively(self, before: int, window: float) -> bool:
        """Whether the store took enough in that time, or all trials and now the rest."""
        sent = self._shipped - before
        return sent >= _LIVELY * window or (sent > 0 and not self._outbox.unsent)

    def _run(self) -> None:
        try:
            self._send_all()
            if self._tracker is not None:
                self._tracker.close()
        except BaseException as error:  # noqa: BLE001 - close() raises it again
            self._bug = error
            self._ears.complain(f"sending to MLflow has stopped: {type(error).__name__}: {error}")
        finally:
            self._opened.set()

    def _send_all(self) -> None:
        """Send until closed and empty, or until there is no use in going on."""
        while not self._given_up.is_set():
            batch = self._outbox.next(
                self._stride.trials, bool(self._sweep_id), self._seconds_to_wish()
            )
            if batch is None or (batch and not self._attempt(batch)):
                return
            if self._tracker is not None and self._listens:
                self._wishes.ask(self._tracker, self._sweep_id)

    @property
    def _listens(self) -> bool:
        begun = bool(self._sweep_id) and not self._closing.is_set()
        return begun and self._on_command is not None

    def _seconds_to_wish(self) -> float | None:
        return self._wishes.seconds_left if self._listens else None

    def _attempt(self, batch: Batch) -> bool:
        """Send; whether to go on."""
        try:
            sent = self._send(batch)
        except RefusedError as refusal:
            self._refused(batch, refusal)
        except StandDownError as order:
            self._ears.complain(str(order))
            return False
        except TrackingError as error:
            self._ears.complain(str(error))
            return self._retries.failure()
        else:
            if sent:
                self._outbox.taken(batch)
                self._retries.success()
                self._ears.calm()
        return True

    def _send(self, batch: Batch) -> bool:
        """Whether it was sent; False for what may wait until the store has time for it."""
        if self._tracker is None:
            self._tracker = self._tracker_factory()
            if self._may_write is not None:
                self._tracker.heed(self._may_write)
            self._opened.set()
        if self._given_up.is_set():
            raise StandDownError("nothing is sent any more")
        if self._may_send is not None:
            self._may_send()
        if isinstance(batch, SweepState):
            self._tracker.show_state(batch)
            self._wishes.acknowledged()
            return True
        first = batch[0]
        if isinstance(first, SweepRecord):
            self._begin(self._tracker, first)
        elif isinstance(first, SweepEnd):
            self._end(self._tracker, first)
        elif isinstance(first, LiveRecord):
            live = [one for one in batch if isinstance(one, LiveRecord)]
            return self._showing.show(self._tracker, live, in_trouble=self._ears.in_trouble)
        elif isinstance(first, SweepFigures):
            self._tracker.add_figures([one for one in batch if isinstance(one, SweepFigures)])
        else:
            trials = [one for one in batch if isinstance(one, TrialRecord)]
            self._log(self._tracker, trials)
        return True

    def _begin(self, tracker: Tracker, record: SweepRecord) -> None:
        """Begin; nothing can be sent without that, so here a refusal is trouble like any other."""
        try:
            tracker.begin(record)
        except RefusedError as refusal:
            raise TrackingError(str(refusal)) from refusal
        self._link = tracker.link(record.sweep_id)
        self._sweep_id = record.sweep_id

    def _log(self, tracker: Tracker, trials: Sequence[TrialRecord]) -> None:
        began = time.monotonic()
        tracker.log(trials)
        self._stride.widen(len(trials), time.monotonic() - began)
        self._shipped += len(trials)
        self._ears.tell(lambda: self._on_shipped([trial.number for trial in trials]))

    def _end(self, tracker: Tracker, record: SweepEnd) -> None:
        tracker.end(record)
        if self._on_ended is not None:
            self._ears.tell(self._on_ended)

    def _refused(self, batch: Batch, refusal: RefusedError) -> None:
        """Send fewer at once, to find the one that is refused; leave it when it stands alone."""
        if isinstance(batch, SweepState) or len(batch) == 1 or isinstance(batch[0], SweepFigures):
            self._ears.complain(str(refusal))
            self._outbox.refused(batch)
        self._stride.narrow(1 if isinstance(batch, SweepState) else len(batch))

    def _hear(self, wish: str) -> None:
        call = self._on_command
        if call is not None:
            self._ears.tell(lambda: call(wish))
