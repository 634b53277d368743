"""One look at a sweep for those who follow it: what has happened since the last one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from sweeps import wire
from sweeps.ledger import pages as ledger_pages
from sweeps.ledger.pages import NONE_ENDED, End
from sweeps.ledger.records import Begun
from sweeps.service.desk import Desk
from sweeps.service.running.session_log import log_file
from sweeps.service.running.session_said import said_after, size_of

AT_ONCE = 500
"""Trials that are told of in one look; more come with the next."""

Kind = Literal["sweep", "trial", "said", "end"]
HIGHEST = 2**31 - 1
"""Of the numbers that a database takes for a trial's."""

ID = re.compile(r"([0-9]{1,15})-(-1|[0-9]{1,10})-([0-9]{1,15})")


@dataclass(frozen=True, order=True)
class Cursor:
    """Up to where somebody has been told: the trial that ended last, and how much of the log."""

    ended: End = NONE_ENDED
    said: int = 0

    @classmethod
    def read(cls, text: str) -> Cursor:
        """From an event's id. Raises ValueError."""
        found = ID.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no event's id")
        ended_ms, number, said = map(int, found.groups())
        return cls((ended_ms, min(number, HIGHEST)), said)

    def __str__(self) -> str:
        return f"{self.ended[0]}-{self.ended[1]}-{self.said}"


@dataclass(frozen=True)
class Event:
    """As it is sent; `at` is up to where its reader has been told then."""

    kind: Kind
    data: Any
    at: Cursor

    @cached_property
    def encoded(self) -> bytes:
        """The event in the form of a stream of them; made once for all who read it."""
        data = json.dumps(self.data, separators=(",", ":"))
        return f"event: {self.kind}\nid: {self.at}\ndata: {data}\n\n".encode()


@dataclass(frozen=True)
class Head:
    """Where a sweep is: `now` are all trials that are known to have ended at its last moment.

    A clock that was set back lets that moment last, and trials end in it in any order.
    """

    at: Cursor
    now: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Look:
    """What was seen: how the sweep stands, and what is new. `over`: nothing more will happen."""

    info: dict[str, Any]
    events: tuple[Event, ...]
    head: Head
    over: bool


def head_of(desk: Desk, sweep_id: str) -> Head:
    """Where the sweep is now."""
    said = size_of(log_file(desk.store, sweep_id))
    ended = ledger_pages.latest_end(desk.ledger, sweep_id)
    now = ledger_pages.ended_at(desk.ledger, sweep_id, ended[0])
    return Head(Cursor(ended, said), now)


def look(desk: Desk, sweep_id: str, head: Head) -> Look:
    """What has happened after that.

    How the sweep stands is read first: when it is over, nothing can be missing from the rest.
    Raises ProblemError when the sweep was removed, LedgerError.
    """
    info = desk.info(desk.find(sweep_id))
    lines, said = said_after(log_file(desk.store, sweep_id), head.at.said)
    ended_ms, number = head.at.ended
    limit = AT_ONCE + len(head.now)
    found = ledger_pages.ended_after(desk.ledger, sweep_id, (ended_ms, -1), limit)
    fresh = [one for one in found if one.ended_ms != ended_ms or one.trial.number not in head.now]
    events = [Event("said", line, Cursor(head.at.ended, said)) for line in lines]
    events += trial_events(fresh, Cursor((ended_ms, number), said))
    at = events[-1].at if events else head.at
    here = head.now if at.ended[0] == ended_ms else frozenset()
    now = here | {one.trial.number for one in fresh if one.ended_ms == at.ended[0]}
    over = _over(info) and len(found) < limit
    return Look(info, tuple(events), Head(Cursor(at.ended, said), now), over)


def history(desk: Desk, sweep_id: str, after: Cursor, until: Cursor) -> tuple[list[Event], Cursor]:
    """(what happened after the one and up to the other, as much as is told at once, up to where).

    That is `until` when it was all.
    """
    lines, said = said_after(log_file(desk.store, sweep_id), after.said)
    events = [Event("said", line, Cursor(after.ended, said)) for line in lines]
    found = ledger_pages.ended_after(desk.ledger, sweep_id, after.ended, AT_ONCE)
    wanted = [one for one in found if (one.ended_ms or 0, one.trial.number) <= until.ended]
    events += trial_events(wanted, Cursor(after.ended, said))
    if len(wanted) < AT_ONCE:
        return events, until
    return events, events[-1].at


def trial_events(ended: Sequence[Begun], at: Cursor) -> Iterator[Event]:
    """Results in the order of their ends."""
    for begun in ended:
        at = Cursor(max((begun.ended_ms or 0, begun.trial.number), at.ended), at.said)
        yield Event("trial", wire.begun_fields(begun), at)


def _over(info: Mapping[str, Any]) -> bool:
    """Whether nobody runs the sweep, and nobody is going to."""
    return info["holder"] is None and (info["job"] is None or info["job"]["state"] == "over")
