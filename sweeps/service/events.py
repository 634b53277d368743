"""Following sweeps: server-sent events, of which many readers share one look at the ledger.

A feed looks at one sweep as long as anybody follows it. A reader is first told what it missed, as
far as the feed has come, and then what the feed tells all of its readers.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from anyio import CapacityLimiter, to_thread

from sweeps.errors import LedgerError
from sweeps.service.desk import Desk
from sweeps.service.event_look import Cursor, Event, Head, Look, head_of, history, look
from sweeps.service.problems import FAILED, ProblemError

LOOK_SECONDS = 0.5
BEAT_SECONDS = 10.0
"""Between two looks, and two signs of life to a reader to whom nothing happens."""

REST = 5.0
"""A look that takes long is followed by so many times as long without one."""

BEHIND = 2_000
"""Events that wait for a slow reader before it is let go: it may come again, and go on."""

LOOKS_AT_ONCE = 4
BEAT = b": nothing new\n\n"

log = logging.getLogger(__name__)

Queue = asyncio.Queue[Event | None]
"""What a reader is still to be sent; None is the end of its stream."""


@dataclass
class Feed:
    """One sweep that somebody follows; for the event loop alone."""

    desk: Desk
    sweep_id: str
    threads: CapacityLimiter
    pace: float
    readers: set[Queue] = field(default_factory=set)
    head: Head = field(default_factory=lambda: Head(Cursor()))
    info: dict[str, Any] = field(default_factory=dict)
    over: bool = False
    task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """See where the sweep is. Raises ProblemError, LedgerError."""
        self.head = await self.in_thread(head_of)
        self.info = (await self._seen()).info
        self.task = asyncio.create_task(self._go())
        self.task.add_done_callback(self._ended)

    def end(self) -> None:
        """Tell nobody anything more."""
        if self.task is not None:
            self.task.cancel()
        self._put(None)

    async def in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """What the work gives that is done for this sweep at the desk."""
        return await to_thread.run_sync(
            work, self.desk, self.sweep_id, *arguments, limiter=self.threads
        )

    async def _go(self) -> None:
        while not self.over:
            began = time.monotonic()
            try:
                self._tell(await self._seen())
            except LedgerError as error:
                log.warning("sweep %s cannot be followed at the moment: %s", self.sweep_id, error)
            except ProblemError:
                self._finish()  # it was removed
            took = time.monotonic() - began
            await asyncio.sleep(max(self.pace, REST * took))

    async def _seen(self) -> Look:
        seen: Look = await self.in_thread(look, self.head)
        return seen

    def _tell(self, seen: Look) -> None:
        """What happened, then how the sweep stands after it, if that is otherwise than before."""
        self.head = seen.head
        told = list(seen.events)
        if seen.info != self.info:
            self.info = seen.info
            told.append(Event("sweep", seen.info, seen.head.at))
        for event in told:
            self._put(event)
        if seen.over:
            self._finish()

    def _finish(self) -> None:
        self.over = True
        self._put(Event("end", {"sweep_id": self.sweep_id}, self.head.at))

    def _put(self, event: Event | None) -> None:
        for reader in self.readers:
            _put(reader, event)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Nobody waits for a feed that has failed; who comes from now on gets another one."""
        if not task.cancelled() and task.exception() is not None:
            self.over = True
            log.error("sweep %s is followed no more", self.sweep_id, exc_info=task.exception())
            self._put(None)


class Streams:
    """Everybody who follows anything. One per application, in its event loop but for `close`."""

    def __init__(self, desk: Desk, pace: float = LOOK_SECONDS, beat: float = BEAT_SECONDS) -> None:
        self._desk = desk
        self._pace = pace
        self._beat = beat
        self._feeds: dict[str, Feed] = {}
        self._starting = asyncio.Lock()
        self._threads = CapacityLimiter(LOOKS_AT_ONCE)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._by_user: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """How many are sent at the moment."""
        return self._by_user.total()

    def close(self) -> None:
        """End all streams, so that their readers come again later. Called from any thread."""
        self._closed = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end)

    @asynccontextmanager
    async def reading(
        self, sweep_id: str, after: Cursor | None, user: str
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The stream of a sweep for a user, from after that, or (None) from now on.

        Raises ProblemError: 404 for a sweep that was removed, 503 when too many follow already, or
        this one too many, or the service ends; LedgerError.
        """
        self._refuse(user)
        self._loop = asyncio.get_running_loop()
        self._by_user[user] += 1
        try:
            feed = await self._feed(sweep_id)
            reader: Queue = asyncio.Queue(BEHIND + 1)
            # From here on the feed tells this reader of all that comes after its head.
            feed.readers.add(reader)
            missed = _missed(feed, feed.head.at if after is None else after)
            try:
                yield self._told(reader, missed)
            finally:
                feed.readers.discard(reader)
                self._let_go(feed)
        finally:
            self._by_user[user] -= 1
            self._by_user += Counter()  # which leaves out who follows nothing any more

    async def _told(self, reader: Queue, missed: AsyncIterator[Event]) -> AsyncIterator[bytes]:
        async for event in missed:
            yield event.encoded
        while True:
            try:
                news = await asyncio.wait_for(reader.get(), self._beat)
            except TimeoutError:
                yield BEAT
                continue
            if news is None:
                return
            yield news.encoded
            if news.kind == "end":
                return

    async def _feed(self, sweep_id: str) -> Feed:
        async with self._starting:
            feed = self._feeds.get(sweep_id)
            if feed is None or feed.over:
                feed = Feed(self._desk, sweep_id, self._threads, self._pace)
                await feed.begin()
                self._feeds[sweep_id] = feed
            return feed

    def _let_go(self, feed: Feed) -> None:
        if feed.readers:
            return
        feed.end()
        if self._feeds.get(feed.sweep_id) is feed:
            del self._feeds[feed.sweep_id]

    def _refuse(self, user: str) -> None:
        limits = self._desk.settings.limits
        most, each = limits.streams, limits.streams_each
        if self._closed:
            why, seconds = "the service is about to end", "5"
        elif self.open >= most:
            why, seconds = f"{most:,} streams are followed already, which is the most", "10"
        elif self._by_user[user] >= each:
            why, seconds = f"{user} follows {each:,} streams already, which is the most", "10"
        else:
            return
        raise ProblemError(503, why, FAILED, {"Retry-After": seconds})

    def _end(self) -> None:
        for feed in self._feeds.values():
            feed.end()


def _missed(feed: Feed, after: Cursor) -> AsyncIterator[Event]:
    """How the sweep stands, and what its readers have been told since then already."""
    info, until = feed.info, feed.head.at

    async def told() -> AsyncIterator[Event]:
        at = after
        yield Event("sweep", info, at)
        while at < until:
            events, at = await feed.in_thread(history, at, until)
            for event in events:
                yield event

    return told()


def _put(reader: Queue, event: Event | None) -> None:
    """Tell a reader; one that is far behind is let go, after what it has not read yet."""
    if reader.full():
        return
    reader.put_nowait(None if reader.qsize() >= BEHIND else event)
