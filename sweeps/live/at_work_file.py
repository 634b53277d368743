"""What a sweep's workers train at the moment, in a file beside the ledger, for `sweeps watch`.

The ledger knows of trials without a result, not of how far they are: that changes every second, and
is worth nothing a moment later. Where the coordinator's folder cannot be seen, so much is known.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from sweeps.trial import Result
from sweeps.watcher import AtWork, Summary

SOONEST = 1.0
"""Seconds between two times of writing."""

MOST = 64
"""Slots that are written down."""

clock = time.monotonic


class AtWorkFile:
    """A watcher that keeps the file while a session lasts; written whole or not at all."""

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        self._path = path
        self._say = say
        self._written_at: float | None = None
        self._broken = False

    def began(self, sweep_id: str, name: str, total: int | None, done: int) -> None:
        """That stands in the ledger."""

    def finished(self, result: Result, best: Result | None, front: int = 0) -> None:
        """That stands in the ledger."""

    def training(self, live: Sequence[AtWork]) -> None:
        """Write it down, unless that was done a moment ago."""
        lately = self._written_at is not None and clock() - self._written_at < SOONEST
        if self._broken or (lately and live):
            return
        self._written_at = clock()
        text = json.dumps([asdict(one) for one in live[:MOST]])
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            half = self._path.with_suffix(".half")
            half.write_text(text, encoding="utf-8")
            half.replace(self._path)
        except OSError as error:
            self._broken = True
            self._say(f"`sweeps watch` is not told what workers train: {error}")

    def said(self, line: str) -> None:
        """That is for whoever looks on."""

    def ended(self, summary: Summary) -> None:
        """That stands in the ledger."""

    def close(self) -> None:
        """Take the file away."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            self._say(f"{self._path} cannot be removed: {error.strerror}")


def read_at_work(path: Path) -> list[AtWork]:
    """What the file says; nothing where there is none, or none that this version has written."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return [AtWork(**one) for one in told]
    except (OSError, ValueError, TypeError):
        return []
