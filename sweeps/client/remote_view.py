"""The ledger behind a service, read as `LedgerView` reads one that is at hand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote

from sweeps import wire
from sweeps.client.connection import Connection, Query
from sweeps.client.errors import RefusedError
from sweeps.client.info import Info, info_from, understood
from sweeps.ledger.course import Passed
from sweeps.ledger.records import Begun, SweepRow
from sweeps.result_json import brief_from_json, confirmations_whole, result_from_json
from sweeps.trial import Reason, Result, Trial
from sweeps.watcher import AtWork

SWEEPS = "/v1/sweeps"
PAGE, PAGE_OF_COURSE = 500, 10_000
PAGE_OF_TRIALS = {"brief": 1_000, "whole": 100}
"""By how much of their results is wanted: whole ones may have a hundred thousand characters."""
ONE_BY_ONE = 4
"""Trials that are asked for by their numbers; of more, a list is read."""
DRAWING_SECONDS = 180.0
"""For which a page is waited for that the service draws."""

A_PREFIX = re.compile(r"[\w-][\w.-]*", re.ASCII)
"""What may be the beginning of an id, or a name; anything else would be another path."""

ABSENT = (404, 409)
"""No sweep's id begins so, or more than one's."""

Read = Callable[[Trial, str], Result]


class RemoteView:
    """Sweeps and their trials, as a service tells of them. Methods may be called from any thread.

    Lists are read page by page. Raises what `Connection` raises, and LookupError as `LedgerView`
    does, in the service's words.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def infos(self, limit: int | None = None) -> list[Info]:
        """Every sweep, or the most recent ones; the most recent first."""
        most = PAGE if limit is None else limit
        rows = self._pages(SWEEPS, {"limit": most}, "before", once=limit is not None)
        with understood(self.connection.url):
            return [info_from(row) for row in rows]

    def sweeps(self) -> list[SweepRow]:
        """Every sweep, oldest first."""
        return [info.row for info in self.infos()][::-1]

    def info(self, prefix: str) -> Info:
        """The one sweep whose id starts with `prefix`, and its job. Raises LookupError."""
        if not A_PREFIX.fullmatch(prefix):
            raise LookupError(f"no sweep {prefix!r} in this store; `sweeps ls` lists them")
        found = self._of_sweep(prefix, "")
        with understood(self.connection.url):
            return info_from(found)

    def sweep(self, prefix: str) -> SweepRow:
        """The one sweep whose id starts with `prefix`. Raises LookupError."""
        return self.info(prefix).row

    def document(self, sweep_id: str) -> dict[str, Any]:
        """The description that the sweep was started with."""
        return cast(dict[str, Any], self._of_sweep(sweep_id, "/document"))

    def baseline(self, sweep_id: str) -> str | None:
        """What a simple model came to on the sweep's rows, as text; None where nobody measured."""
        facts = self._of_sweep(sweep_id, "/facts")
        with understood(self.connection.url):
            found = facts["baseline"]
        return None if found is None else json.dumps(found)

    def trials(self, sweep_id: str, read: Read | None = None) -> list[Begun]:
        """Every trial of the sweep, by number; `read` says how much of its result is wanted.

        Without it, all. Of a search in brief with its confirmations whole, the latter are asked for
        one by one: they are few, and the others many.
        """
        if read is confirmations_whole:
            found = self._trials(sweep_id, "brief", brief_from_json)
            return [
                one if one.trial.confirms is None else self.trial(sweep_id, one.trial.number)
                for one in found
            ]
        detail = "brief" if read is brief_from_json else "whole"
        return self._trials(sweep_id, detail, read or result_from_json)

    def trial(self, sweep_id: str, number: int) -> Begun:
        """One trial, its result whole. Raises LookupError when there is none of that number."""
        found = self._of_sweep(sweep_id, f"/trials/{number}")
        with understood(self.connection.url):
            return wire.begun_from(found)

    def best(self, sweep_id: str, *, maximize: bool) -> Result | None:
        """The result with the best score; None when none has a score. As `LedgerView.best`."""
        scores = {
            one.number: one.score
            for one in self.course(sweep_id)
            if one.score is not None and not one.confirms
        }
        if not scores:
            return None
        top = (max if maximize else min)(scores.values())
        tied = [number for number, score in scores.items() if score == top]
        found = [begun.result for begun in self._chosen(sweep_id, tied) if begun.result is not None]
        return min(found, key=_precedence, default=None)

    def course(self, sweep_id: str) -> list[Passed]:
        """Every trial of the sweep, by number: when it began and ended, and what it came to."""
        found: list[Passed] = []
        while True:
            after = found[-1].number if found else -1
            page = {"after": after, "limit": PAGE_OF_COURSE}
            rows = self._of_sweep(sweep_id, "/course", page)
            with understood(self.connection.url):
                found += [wire.passed_from(one) for one in rows]
            if len(rows) < PAGE_OF_COURSE:
                return found

    def confirmations(self, sweep_id: str) -> Sequence[int]:
        """The numbers of trials that train a configuration of the search once more."""
        return [one.number for one in self.course(sweep_id) if one.confirms]

    def reasons(self, sweep_id: str, *, confirmations: bool = True) -> dict[Reason, int]:
        """How many trials failed for which reason, the most frequent first."""
        found = self._of_sweep(sweep_id, "/reasons", {"confirmations": confirmations})
        return cast(dict[Reason, int], found)

    def failures(self, sweep_id: str) -> list[Result]:
        """The results of failed trials, in brief, by number."""
        failed = self._trials(sweep_id, "brief", brief_from_json, state="failed")
        return [begun.result for begun in failed if begun.result is not None]

    def briefs(self, sweep_id: str) -> list[Result]:
        """The results there are, by trial number, without histories and parts."""
        found = self._trials(sweep_id, "brief", brief_from_json)
        return [begun.result for begun in found if begun.result is not None]

    def at_work(self, sweep_id: str) -> list[AtWork]:
        """What the sweep's workers train at the moment."""
        found = self.connection.glance(f"{_path(sweep_id)}/at-work")
        with understood(self.connection.url):
            return [AtWork(**one) for one in found]

    def log(self, sweep_id: str, tail: int | None = None) -> str:
        """What the process that runs the sweep has said."""
        return self.connection.text(f"{_path(sweep_id)}/log", {"tail": tail})

    def report(self, sweep_id: str) -> str:
        """The page with the sweep's pictures and tables, HTML."""
        return self.connection.text(f"{_path(sweep_id)}/report", patience=DRAWING_SECONDS)

    def _chosen(self, sweep_id: str, numbers: Collection[int]) -> list[Begun]:
        """Trials of these numbers: one by one where they are few."""
        if len(numbers) <= ONE_BY_ONE:
            return [self.trial(sweep_id, number) for number in numbers]
        wanted = set(numbers)
        done = self._trials(sweep_id, "brief", brief_from_json, state="done")
        return [begun for begun in done if begun.trial.number in wanted]

    def _trials(
        self, sweep_id: str, detail: str, read: Read, state: str | None = None
    ) -> list[Begun]:
        query = {"detail": detail, "state": state, "limit": PAGE_OF_TRIALS[detail]}
        try:
            with understood(self.connection.url):
                items = self._pages(f"{_path(sweep_id)}/trials", query, "after")
                return [wire.begun_from(one, read) for one in items]
        except RefusedError as error:
            raise _absent(error) from error

    def _pages(
        self, path: str, query: Query, turn: str, *, once: bool = False
    ) -> Iterator[Mapping[str, Any]]:
        """What a list holds; `turn` is the parameter that says where the next page begins."""
        cursor: str | int | None = None
        while True:
            page = self.connection.get(path, {**query, turn: cursor})
            with understood(self.connection.url):
                items, cursor = page["items"], page["next"]
            yield from items
            if once or cursor is None:
                return

    def _of_sweep(self, sweep_id: str, rest: str, query: Query | None = None) -> Any:
        try:
            return self.connection.get(f"{_path(sweep_id)}{rest}", query)
        except RefusedError as error:
            raise _absent(error) from error


def _precedence(result: Result) -> tuple[bool, int, int]:
    """Of equals the one trained longest comes first, then the earliest."""
    budget = result.trial.budget
    return budget is not None, -(budget or 0), result.trial.number


def _path(sweep_id: str) -> str:
    return f"{SWEEPS}/{quote(sweep_id, safe='')}"


def _absent(error: RefusedError) -> Exception:
    """As the ledger would say it."""
    return LookupError(str(error)) if error.status in ABSENT else error
