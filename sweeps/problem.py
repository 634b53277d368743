"""What is being solved: a task, and which of its rows each fit trains on and is judged by."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.task import Data, Labels, Part, Rows, Task

Index = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Problem:
    """A task seen through a sweep's evaluation: picklable, and the same in every process.

    `seed` is the sweep's; it fixes folds and validation rows once for all trials.
    """

    task: Task
    evaluate: Evaluate
    objective: Objective
    seed: int

    def data(self, fold: int, repeat: int) -> Data:
        """The rows of one fit, scaled by what its own training rows say. Cached per process."""
        return _data(self, fold, repeat if self.evaluate.resplit else 0)

    def split_hash(self) -> str:
        """16 hex digits that change when the rows of any fit change: train, validation or test."""
        digest = hashlib.sha256()
        for repeat in range(self.evaluate.repeats):
            if repeat == 0 or self.evaluate.resplit:
                rows = self._rows(repeat)
                for values in (rows.x_train, rows.y_train, rows.x_test, rows.y_test):
                    digest.update(np.ascontiguousarray(values).tobytes() + b"|")
                # Without new splits, a thousand repeats have the same rows a thousand times.
                parts = self._every_part(rows.y_train, repeat)
            digest.update(parts)
        return digest.hexdigest()[:16]

    def _every_part(self, labels: Labels, repeat: int) -> bytes:
        """The positions of every fold's training and validation rows."""
        folds = range(max(1, self.evaluate.folds))
        indices = (index for fold in folds for index in self._indices(labels, fold, repeat))
        return b"".join(index.tobytes() + b"|" for index in indices)

    def _rows(self, repeat: int) -> Rows:
        return self.task.rows(repeat if self.evaluate.resplit else 0)

    def _indices(self, labels: Labels, fold: int, repeat: int) -> tuple[Index, Index]:
        """Positions among the train rows: (trained on, validated on)."""
        everything = np.arange(len(labels))
        if self.objective.split != "val":
            return everything, everything[:0]
        draw = repeat if self.evaluate.resplit else 0
        if self.evaluate.folds:
            return _fold(labels, self.evaluate.folds, fold, self.seed + draw, self.task.kind)
        return _carved(labels, self.evaluate.validation, self.seed + draw, self.task.kind)


@lru_cache(maxsize=64)
def _data(problem: Problem, fold: int, repeat: int) -> Data:
    rows = problem._rows(repeat)
    trained, validated = problem._indices(rows.y_train, fold, repeat)
    x_train, x_val = rows.x_train[trained], rows.x_train[validated]
    if len(validated):
        train, val, test = problem.task.scaled(x_train, x_train, x_val, rows.x_test)
        held_out = Part(val, rows.y_train[validated])
    else:
        train, test = problem.task.scaled(x_train, x_train, rows.x_test)
        held_out = None
    return Data(Part(train, rows.y_train[trained]), held_out, Part(test, rows.y_test))


def _fold(labels: Labels, folds: int, fold: int, seed: int, kind: str) -> tuple[Index, Index]:
    from sklearn.model_selection import KFold, StratifiedKFold

    splitter = StratifiedKFold if kind == "classification" else KFold
    cuts = splitter(n_splits=folds, shuffle=True, random_state=seed).split(labels, labels)
    return list(cuts)[fold]  # type: ignore[no-any-return]


def _carved(labels: Labels, share: float, seed: int, kind: str) -> tuple[Index, Index]:
    from sklearn.model_selection import train_test_split

    stratify = labels if kind == "classification" else None
    trained, validated = train_test_split(
        np.arange(len(labels)), test_size=share, random_state=seed, stratify=stratify
    )
    return np.sort(trained), np.sort(validated)
