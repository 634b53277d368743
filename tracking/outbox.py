"""What waits to be sent: records in the order they came, and news that overtake them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, takewhile

from tracking.records import (
    LiveRecord,
    SweepEnd,
    SweepFigures,
    SweepRecord,
    SweepState,
    TrialRecord,
)

Record = SweepRecord | TrialRecord | SweepEnd | SweepFigures | LiveRecord
Batch = Sequence[Record] | SweepState

MOST_SAMPLES = 360
"""How many samples of the machine's figures wait, for a store that is away: an hour's."""
SAMPLES_AT_ONCE = 60

SECONDS_BETWEEN_LIVE = 3.0
"""Between two batches of trials under way: few calls, and nobody looks more often."""

clock = time.monotonic


class Outbox:
    """Filled by one thread and emptied by another.

    Of announcements only the newest is kept, of the machine's figures the newest ones. A trial that
    the store refuses stays unsent.
    """

    def __init__(self) -> None:
        self._records: deque[Record] = deque()
        self._news: SweepState | None = None
        self._samples: deque[SweepFigures] = deque(maxlen=MOST_SAMPLES)
        self._live: dict[int, LiveRecord] = {}
        self._live_due = clock()
        self._hidden: set[int] = set()
        self._refused = 0
        self._closed = False
        self._changed = threading.Condition()

    def put(self, record: Record) -> None:
        """Leave a record behind all others."""
        with self._changed:
            self._records.append(record)
            if isinstance(record, TrialRecord):
                self._live.pop(record.number, None)
            self._changed.notify()

    def announce(self, news: SweepState) -> None:
        """Leave an announcement in front of all records."""
        with self._changed:
            self._news = news
            self._changed.notify()

    def sampled(self, sample: SweepFigures) -> None:
        """Leave figures of the machine in front of all records; the oldest make room."""
        with self._changed:
            self._samples.append(sample)
            self._changed.notify()

    def show(self, record: LiveRecord) -> None:
        """Leave epochs of a trial under way in front of all records, beside those that wait.

        They are dropped when the trial's own record comes, which has them all, and at the end.
        """
        with self._changed:
            if self._closed or record.number in self._hidden:
                return
            before = self._live.get(record.number)
            if before is not None and before.attempt == record.attempt:
                record = replace(record, metrics=before.metrics + record.metrics)
            self._live[record.number] = record
            self._changed.notify()

    def close(self) -> None:
        """No longer wait for more."""
        with self._changed:
            self._closed = True
            self._live.clear()
            self._changed.notify()

    @property
    def unsent(self) -> int:
        """How many trials were put and not taken as sent, refused ones among them."""
        with self._changed:
            return self._refused + sum(isinstance(one, TrialRecord) for one in self._records)

    def next(self, limit: int, news_may_go: bool, patience: float | None) -> Batch | None:
        """Return what is to be sent next, and keep it until it is `taken`.

        That is the announcement, or samples of figures, or all trials under way if it is time for
        them, or up to `limit` trials in front, or one record of another kind.
        Nothing (an empty batch) when nothing came within `patience` seconds, None when all is sent
        and no more will come.
        """
        until = None if patience is None else clock() + patience
        with self._changed:
            while True:
                found = self._news_to_send() if news_may_go else None
                if found is None:
                    found = self._records_to_send(limit)
                if found is not None:
                    return found
                if self._closed:
                    return None
                wait = self._seconds_left(until, news_may_go)
                if wait is not None and wait <= 0:
                    return []
                self._changed.wait(wait)

    def _news_to_send(self) -> Batch | None:
        if self._news is not None:
            return self._news
        if self._samples:
            return list(islice(self._samples, SAMPLES_AT_ONCE))
        if self._live and clock() >= self._live_due:
            return list(self._live.values())
        return None

    def _records_to_send(self, limit: int) -> Batch | None:
        if not self._records:
            return None
        if not isinstance(self._records[0], TrialRecord):
            return [self._records[0]]
        trials = takewhile(lambda one: isinstance(one, TrialRecord), self._records)
        return list(islice(trials, limit))

    def _seconds_left(self, until: float | None, news_may_go: bool) -> float | None:
        """How long nothing is to be sent: None until something comes."""
        moments = [] if until is None else [until]
        if self._live and news_may_go:
            moments.append(self._live_due)
        return min(moments) - clock() if moments else None

    def taken(self, batch: Batch) -> None:
        """Forget what was sent. An announcement made meanwhile stays."""
        with self._changed:
            if isinstance(batch, SweepState):
                self._news = None if self._news is batch else self._news
                return
            for one in batch:
                if isinstance(one, LiveRecord):
                    self._shown(one)
                elif not isinstance(one, SweepFigures):
                    self._records.popleft()
                elif self._samples and self._samples[0] is one:  # it may have made room meanwhile
                    self._samples.popleft()

    def _shown(self, sent: LiveRecord) -> None:
        """Forget it, but for what came meanwhile."""
        self._live_due = clock() + SECONDS_BETWEEN_LIVE
        waiting = self._live.pop(sent.number, None)
        if waiting is not None and waiting is not sent:
            known = len(sent.metrics) if waiting.attempt == sent.attempt else 0
            self._live[sent.number] = replace(waiting, metrics=waiting.metrics[known:])

    def put_off(self, seconds: float) -> None:
        """Send no trials under way for so long."""
        with self._changed:
            self._live_due = clock() + seconds

    def hide(self, number: int) -> None:
        """Send that trial when it has its result, and not before."""
        with self._changed:
            self._hidden.add(number)
            self._live.pop(number, None)

    def refused(self, batch: Batch) -> None:
        """Forget what the store will never take; trials among it count as unsent."""
        self.taken(batch)
        with self._changed:
            if not isinstance(batch, SweepState):
                self._refused += sum(isinstance(one, TrialRecord) for one in batch)
