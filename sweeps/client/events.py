"""What happens to a sweep, as its service says it: server-sent events, read until the end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sweeps.client.connection import BUSY, Connection
from sweeps.client.errors import AwayError, RefusedError
from sweeps.client.info import understood
from sweeps.client.remote_view import SWEEPS

PATIENCE = 180.0
"""Seconds for which a service may be away while somebody looks on: it may be started anew."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0
END = "end"

BEGINNING = "0--1-0"
"""The id that an event ahead of all others would have."""

sleep = time.sleep
clock = time.monotonic


@dataclass(frozen=True)
class Event:
    """Something that happened; `kind` is `sweep`, `trial`, `said` or `end`, and `data` JSON's."""

    kind: str
    data: Any
    id: str | None = None


def place_in(connection: Connection, sweep_id: str) -> str | None:
    """The id of what happened last, after which somebody may be told of what follows."""
    with connection.stream(_path(sweep_id), {}) as lines:
        return next((event.id for event in parsed(lines, connection.url)), None)


def events_of(
    connection: Connection, sweep_id: str, last: str | None, say: Callable[[str], None]
) -> Iterator[Event]:
    """What has happened since `last` (None: from now on), the event `end` as the last.

    A stream that breaks off is taken up where it was. Raises AwayError when the service is away for
    too long, and RefusedError.
    """
    path = _path(sweep_id)
    absence = _Absence(say)
    while True:
        try:
            resumed = {} if last is None else {"Last-Event-ID": last}
            with connection.stream(path, resumed) as lines:
                for event in parsed(lines, connection.url):
                    absence.over()
                    last = event.id or last
                    yield event
                    if event.kind == END:
                        return
            absence.goes_on(AwayError(f"{connection.url} ends what it tells of the sweep"))
        except AwayError as error:
            absence.goes_on(error)
        except RefusedError as error:
            if error.status not in BUSY:
                raise
            absence.goes_on(error)


def _path(sweep_id: str) -> str:
    return f"{SWEEPS}/{quote(sweep_id, safe='')}/events"


class _Absence:
    """How long a service has been away already."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._since: float | None = None
        self._pause = FIRST_PAUSE

    def over(self) -> None:
        """It is there."""
        self._since, self._pause = None, FIRST_PAUSE

    def goes_on(self, error: AwayError | RefusedError) -> None:
        """Wait a little, and say so once it takes long; raise the error when that was enough."""
        now = clock()
        if self._since is None:
            self._since = now
        if now - self._since > PATIENCE:
            raise error
        sleep(self._pause)
        longer = min(2 * self._pause, LONGEST_PAUSE)
        if longer == LONGEST_PAUSE != self._pause:
            self._say(f"{error}; it is asked again for {PATIENCE / 60:.0f} min")
        self._pause = longer


def parsed(lines: Iterable[str], url: str) -> Iterator[Event]:
    """Events from their lines (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""
    kind, data, last = "message", list[str](), None
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                with understood(url):
                    event = Event(kind, json.loads("\n".join(data)), last)
                yield event
            kind, data = "message", []
        elif name == "event":
            kind = value
        elif name == "data":
            data.append(value)
        elif name == "id":
            last = value
