"""What somebody is told of a sweep: a line to read, and the same as plain data."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sweeps.clock import wall_ms
from sweeps.errors import printable
from sweeps.sweep import Event, Sweep
from sweeps.trial import Result
from sweeps.watcher import Summary

LONGEST = 500
"""Characters of a trial's own message."""


@dataclass(frozen=True)
class Message:
    """An event as it is told. `fields` are JSON types only; a text for a person is among them."""

    event: Event
    text: str
    fields: Mapping[str, Any]

    @property
    def json(self) -> bytes:
        """One object, in UTF-8."""
        return json.dumps({"event": self.event, "text": self.text, **self.fields}).encode()


class Messages:
    """Words for what happens to one sweep."""

    def __init__(self, sweep: Sweep, sweep_id: str) -> None:
        self._sweep = sweep
        self._sweep_id = sweep_id

    def best(self, result: Result) -> Message:
        """A trial is better than all before it."""
        text = f"new best, {self._told(result)}"
        return self._message("best", text, self._trial(result))

    def failures(self, failed: int, last: Result) -> Message:
        """So many trials have failed since this was last told."""
        reason = "failed" if last.error is None else last.error.reason
        why = "" if last.error is None else last.error.message[:LONGEST]
        which = f"trial {last.trial.number}" if failed == 1 else f"the last is {last.trial.number}"
        text = f"{failed:,} {'trial' if failed == 1 else 'trials'} failed, {which}, {reason}: {why}"
        fields = {"failed": failed, "reason": reason, "message": why, **self._trial(last)}
        return self._message("failure", text, fields)

    def end(self, summary: Summary) -> Message:
        """A session has ended."""
        trials = summary.done + summary.failed + summary.pruned
        counts = {
            "failed": summary.failed,
            "pruned": summary.pruned,
            "confirmed": summary.confirmed,
        }
        said = ", ".join(f"{number:,} {word}" for word, number in counts.items() if number)
        text = (
            f"{summary.ending.replace('_', ' ')}, {trials:,} trials{f' ({said})' if said else ''}"
        )
        if summary.cause:
            text += f", {summary.cause}"
        if summary.front:
            text += f"; {summary.front:,} on the front"
        elif summary.best is not None:
            text += f"; best {self._told(summary.best)}"
        fields = {
            "state": summary.ending,
            "done": summary.done,
            **counts,
            "seconds": summary.seconds,
            "cause": summary.cause,
            "unsent": summary.unsent,
            "front": summary.front,
            **({} if summary.best is None else self._trial(summary.best)),
        }
        return self._message("end", text, fields)

    def broken(self, error: BaseException) -> Message:
        """A session has ended with an error that is none of the sweep's."""
        cause = f"{type(error).__name__}: {error}".rstrip(": ")[:LONGEST]
        return self._message("end", f"broken off, {cause}", {"state": "broken_off", "cause": cause})

    def _message(self, event: Event, text: str, fields: Mapping[str, Any]) -> Message:
        about = {
            "sweep": self._sweep_id,
            "name": self._sweep.name,
            "task": self._sweep.task.label,
            "backend": self._sweep.search.backend,
            "metric": self._sweep.objective.metric,
            "at_ms": wall_ms(),
        }
        line = printable(f"{self._sweep.name} {self._sweep_id}: {text}")
        return Message(event, line, {**about, **fields})

    def _told(self, result: Result) -> str:
        score = "" if result.score is None else f" {result.score:.4g}"
        return f"{self._sweep.objective.metric}{score} (trial {result.trial.number})"

    def _trial(self, result: Result) -> dict[str, Any]:
        finite = result.score is not None and math.isfinite(result.score)
        return {
            "trial": result.trial.number,
            "score": result.score if finite else None,
            "config": dict(result.trial.config),
        }
