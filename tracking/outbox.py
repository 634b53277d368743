"""What waits to be sent: records in the order they came, and news that overtake them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from itertools import islice, takewhile

from tracking.records import SweepEnd, SweepFigures, SweepRecord, SweepState, TrialRecord

Record = SweepRecord | TrialRecord | SweepEnd | SweepFigures
Batch = Sequence[Record] | SweepState

MOST_SAMPLES = 360
"""How many samples of the machine's figures wait, for a store that is away: an hour's."""
SAMPLES_AT_ONCE = 60


class Outbox:
    """Filled by one thread and emptied by another.

    Of announcements only the newest is kept, of the machine's figures the newest ones. A trial that
    the store refuses stays unsent.
    """

    def __init__(self) -> None:
        self._records: deque[Record] = deque()
        self._news: SweepState | None = None
        self._samples: deque[SweepFigures] = deque(maxlen=MOST_SAMPLES)
        self._refused = 0
        self._closed = False
        self._changed = threading.Condition()

    def put(self, record: Record) -> None:
        """Leave a record behind all others."""
        with self._changed:
            self._records.append(record)
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

    def close(self) -> None:
        """No longer wait for more."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    @property
    def unsent(self) -> int:
        """How many trials were put and not taken as sent, refused ones among them."""
        with self._changed:
            return self._refused + sum(isinstance(one, TrialRecord) for one in self._records)

    def next(self, limit: int, news_may_go: bool, patience: float | None) -> Batch | None:
        """Return what is to be sent next, and keep it until it is `taken`.

        That is the announcement, or samples of figures, or up to `limit` trials in front, or one
        record of another kind.
        Nothing (an empty batch) when nothing came within `patience` seconds, None when all is sent
        and no more will come.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._records or (news_may_go and (self._news or self._samples)) or self._closed
                ),
                patience,
            )
            if news_may_go and self._news is not None:
                return self._news
            if news_may_go and self._samples:
                return list(islice(self._samples, SAMPLES_AT_ONCE))
            if not self._records:
                return None if self._closed else []
            if not isinstance(self._records[0], TrialRecord):
                return [self._records[0]]
            trials = takewhile(lambda one: isinstance(one, TrialRecord), self._records)
            return list(islice(trials, limit))

    def taken(self, batch: Batch) -> None:
        """Forget what was sent. An announcement made meanwhile stays."""
        with self._changed:
            if isinstance(batch, SweepState):
                self._news = None if self._news is batch else self._news
                return
            for one in batch:
                if not isinstance(one, SweepFigures):
                    self._records.popleft()
                elif self._samples and self._samples[0] is one:  # it may have made room meanwhile
                    self._samples.popleft()

    def refused(self, batch: Batch) -> None:
        """Forget what the store will never take; trials among it count as unsent."""
        self.taken(batch)
        with self._changed:
            if not isinstance(batch, SweepState):
                self._refused += sum(isinstance(one, TrialRecord) for one in batch)
