"""Fits under way: when it is time to keep them, and what one that was broken off goes on from."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sweeps import checkpoints
from sweeps.checkpoints import Checkpoint, CheckpointError
from sweeps.tasks.inputs import content, taken
from sweeps.tasks.task import Part
from sweeps.trial import Fit

clock = time.monotonic
"""Seconds since some moment."""

LOOKED_AT = 64
"""Rows whose values are compared, besides all targets: with other rows, some of them differ."""


LONG = 10.0
"""Seconds of training that are kept at a fit's end too.

Its pack may go on for hours with other fits, and is repeated whole when it is broken off.
"""


class Interval:
    """Says after which epochs fits that are trained side by side are to be kept.

    Never more often than each of them asks for: they are all of one sweep, which says it for all.
    """

    def __init__(self, fits: Iterable[Fit]) -> None:
        asked = [fit.keeping for fit in fits if fit.keeping is not None]
        self._epochs = min((one.epochs for one in asked if one.epochs is not None), default=None)
        self._seconds = min((one.seconds for one in asked if one.seconds is not None), default=None)
        self.begin()

    def begin(self) -> None:
        """Count from here: training begins, or what was due has been kept."""
        self._trained = 0
        self._since = clock()

    def is_over(self) -> bool:
        """Count one more epoch; whether what has been trained is to be kept now."""
        self._trained += 1
        if self._epochs is not None and self._trained >= self._epochs:
            return True
        return self._seconds is not None and clock() - self._since >= self._seconds

    def end_of(self, fit: Fit) -> str | None:
        """Where the fit's end is kept now: where it asks for that, or where it was under way.

        The latter if it would be a pity to train so much again.
        """
        if fit.save_to is not None:
            return fit.save_to
        long = fit.keeping is not None and clock() - self._since >= LONG
        return fit.keeping.path if long and fit.keeping is not None else None


@dataclass(frozen=True)
class Past:
    """The checkpoints that a fit may go on from, and what is to be said of those it may not."""

    found: tuple[Checkpoint, ...] = ()
    refused: tuple[str, ...] = ()

    @classmethod
    def of(cls, paths: Iterable[str], fingerprint: Callable[[], Sequence[Any]]) -> Past:
        """What is kept under these paths with a fit's own fingerprint.

        A file that is torn, or of another fit, is as none: training comes to the same result.
        """
        found: list[Checkpoint] = []
        refused: list[str] = []
        for path in paths:
            try:
                checkpoint = checkpoints.load(Path(path))
            except CheckpointError as error:
                refused.append(str(error))
                continue
            if checkpoint is None:
                continue
            if checkpoint.state.get("fit") == fingerprint():
                found.append(checkpoint)
            else:
                refused.append(f"{path}: kept of another network, seed, rows or code than this")
        return cls(tuple(found), tuple(refused))

    def up_to(self, budget: int) -> Checkpoint | None:
        """The latest that is not beyond so many epochs."""
        within = [one for one in self.found if one.state["epoch"] <= budget]
        return max(within, key=lambda one: int(one.state["epoch"]), default=None)

    @property
    def notes(self) -> Mapping[str, str]:
        """For the outcome: why training did not go on from there."""
        return {"not_continued": "; ".join(self.refused)} if self.refused else {}


def marks_of(rows: Part) -> list[int]:
    """What tells these training rows from others, at little cost: their number and two sums."""
    some = taken(rows.x, slice(None, None, max(1, len(rows.y) // LOOKED_AT)))
    targets = np.ascontiguousarray(rows.y).tobytes()
    weights = b"" if rows.weights is None else rows.weights.tobytes()
    return [len(rows.y), zlib.crc32(content(some)), zlib.crc32(targets + weights)]


def paths_of(fits: Iterable[Fit]) -> tuple[str, ...]:
    """Where checkpoints that the fits may go on from may be, each once: their own end as well."""
    named = [
        path
        for fit in fits
        for path in (fit.resume_from, fit.keeping.path if fit.keeping else None, fit.save_to)
        if path is not None
    ]
    return tuple(dict.fromkeys(named))
