"""The background sender: records go to the tracker on a thread of their own, in order.

Training never waits for the tracking store. What could not be sent stays with whoever put it: only
trials that `on_shipped` was told about are safe in the store.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice, takewhile

from tracking.records import SweepEnd, SweepRecord, TrialRecord
from tracking.tracker import RefusedError, Tracker, TrackingError

Record = SweepRecord | TrialRecord | SweepEnd

_TRIALS_PER_CALL = 32
_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


class Shipper:
    """Sends records of one sweep: begin first, then trials in the order they came, end last.

    `tracker_factory` is called on the sender's thread, since opening a store takes seconds.
    `on_shipped` gets the numbers of trials whose runs are complete, `on_trouble` one line for a
    person when the store cannot be reached (once until the reason changes); both are called on the
    sender's thread, and never after `close` has returned. After trouble the same records are sent
    again after `pauses` (seconds; the last one repeats). A trial that the store refuses by itself
    is left unsent, and the ones after it go on.
    """

    def __init__(
        self,
        tracker_factory: Callable[[], Tracker],
        on_shipped: Callable[[Sequence[int]], None],
        on_trouble: Callable[[str], None],
        pauses: Sequence[float] = _PAUSES,
    ) -> None:
        self._tracker_factory = tracker_factory
        self._on_shipped = on_shipped
        self._on_trouble = on_trouble
        self._pauses = pauses
        self._waiting: deque[Record] = deque()
        self._refused = 0
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._telling = threading.Lock()
        self._closed = False
        self._link = ""
        self._said = ""
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
        with self._changed:
            self._waiting.append(record)
            self._changed.notify()

    def close(self, timeout: float) -> int:
        """Send what waits, for `timeout` seconds at most; return how many trials stay unsent.

        Draining also ends at the first trouble. Raises what went wrong on the sender's thread
        when that was an error in the program rather than trouble with the store.
        """
        with self._changed:
            self._closing.set()
            self._changed.notify()
        self._thread.join(timeout)
        with self._telling:
            self._closed = True
        if self._bug is not None:
            raise self._bug
        with self._changed:
            return self._refused + sum(isinstance(one, TrialRecord) for one in self._waiting)

    def _run(self) -> None:
        try:
            self._send_all()
            if self._tracker is not None:
                self._tracker.close()
        except BaseException as error:  # noqa: BLE001 - close() raises it again
            self._bug = error
            self._complain(f"sending to MLflow has stopped: {type(error).__name__}: {error}")

    def _send_all(self) -> None:
        """Send until closed and empty, or until something fails after closing."""
        limit, failures = _TRIALS_PER_CALL, 0
        while batch := self._next(limit):
            closing = self._closing.is_set()
            try:
                self._send(batch)
            except RefusedError as refusal:
                limit = len(batch) // 2
                if limit == 0:
                    self._set_aside(batch[0], refusal)
                limit = max(limit, 1)
            except TrackingError as error:
                self._complain(str(error))
                if closing:
                    return
                self._closing.wait(self._pauses[min(failures, len(self._pauses) - 1)])
                failures += 1
            else:
                self._remove(batch)
                limit, failures, self._said = min(2 * limit, _TRIALS_PER_CALL), 0, ""

    def _next(self, limit: int) -> list[Record]:
        """Wait for records; return up to `limit` trials in front, or one record of another kind."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing.is_set())
            if not self._waiting or not isinstance(self._waiting[0], TrialRecord):
                return list(islice(self._waiting, 1))
            trials = takewhile(lambda one: isinstance(one, TrialRecord), self._waiting)
            return list(islice(trials, limit))

    def _send(self, batch: Sequence[Record]) -> None:
        if self._tracker is None:
            self._tracker = self._tracker_factory()
        first = batch[0]
        if isinstance(first, SweepRecord):
            self._begin(self._tracker, first)
        elif isinstance(first, SweepEnd):
            self._tracker.end(first)
        else:
            trials = [one for one in batch if isinstance(one, TrialRecord)]
            self._tracker.log(trials)
            self._tell(lambda: self._on_shipped([trial.number for trial in trials]))

    def _begin(self, tracker: Tracker, record: SweepRecord) -> None:
        """Begin; nothing can be sent without that, so here a refusal is trouble like any other."""
        try:
            tracker.begin(record)
        except RefusedError as refusal:
            raise TrackingError(str(refusal)) from refusal
        self._link = tracker.link(record.sweep_id)

    def _set_aside(self, record: Record, refusal: RefusedError) -> None:
        self._complain(str(refusal))
        self._refused += isinstance(record, TrialRecord)
        self._remove([record])

    def _remove(self, sent: Sequence[Record]) -> None:
        with self._changed:
            for _ in sent:
                self._waiting.popleft()

    def _complain(self, line: str) -> None:
        if line != self._said:
            self._tell(lambda: self._on_trouble(line))
        self._said = line

    def _tell(self, call: Callable[[], None]) -> None:
        """Call back, unless `close` has given up waiting for this thread."""
        with self._telling:
            if not self._closed:
                call()
