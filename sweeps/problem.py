"""What is being solved: a task, and which of its rows each fit trains on and is judged by."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from sweeps.data_cache import DataCache
from sweeps.freshness import draw_of
from sweeps.splitting import Index, row_weights, validation_split
from sweeps.subjects.networks import Networks
from sweeps.subjects.subject import Subject
from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.inputs import content, taken
from sweeps.tasks.no_rows import NoRows
from sweeps.tasks.task import Data, Part, Rows, Task

NETWORKS = Networks()
_DATA = DataCache()


@dataclass(frozen=True)
class Problem:
    """A task seen through a sweep's evaluation: picklable, and the same in every process.

    `seed` is the sweep's; it fixes folds and validation rows once for all trials. `subject` is what
    is tuned, `folder` where code of the user's own is looked for.
    """

    task: Task
    evaluate: Evaluate
    objective: Objective
    seed: int
    subject: Subject = NETWORKS
    folder: str = ""
    further: tuple[Objective, ...] = ()

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """The one that picks the rows, and those beside it."""
        return (self.objective, *self.further)

    @property
    def metrics(self) -> list[str]:
        """The names of what the objectives are measured by."""
        return [one.metric for one in self.objectives]

    def data(self, fold: int, repeat: int) -> Data:
        """The rows of one fit, scaled by what its own training rows say. Cached per process."""
        draw = self.draw_of(repeat)
        return _DATA.get((self, fold, draw), lambda: _data(self, fold, draw))

    def draw_of(self, repeat: int) -> int:
        """Which draw of the rows a repeat has: repeats of equal draws have equal rows."""
        return draw_of(self.evaluate, self.objective, repeat)

    def split_hash(self) -> str:
        """16 hex digits that change when the rows of any fit change: train, validation or test.

        Of the search, that is: those of a confirmation follow from the same rows and the seed.
        `no rows` for a function without a task.
        """
        if isinstance(self.task, NoRows):
            return "no rows"
        digest = hashlib.sha256()
        for repeat in range(self.evaluate.repeats):
            if repeat == 0 or self.evaluate.resplit:
                rows = self._rows(repeat)
                for values in (rows.x_train, rows.y_train, rows.x_test, rows.y_test):
                    digest.update(content(values))
                    digest.update(b"|")
                # Without new splits, a thousand repeats have the same rows a thousand times.
                parts = self._every_part(rows, repeat)
            digest.update(parts)
        return digest.hexdigest()[:16]

    def _every_part(self, rows: Rows, repeat: int) -> bytes:
        """The positions of every fold's training and validation rows."""
        folds = range(max(1, self.evaluate.folds))
        indices = (index for fold in folds for index in self._indices(rows, fold, repeat))
        return b"".join(index.tobytes() + b"|" for index in indices)

    def _rows(self, repeat: int) -> Rows:
        return self.task.rows(repeat if self.evaluate.resplit else 0)

    def _indices(self, rows: Rows, fold: int, repeat: int) -> tuple[Index, Index]:
        """Positions among the train rows: (trained on, validated on)."""
        everything = np.arange(len(rows.y_train))
        if self.objective.split != "val":
            return everything, everything[:0]
        seed = self.seed + self.draw_of(repeat)
        return validation_split(rows, self.evaluate, fold, seed, self.task.kind)


def _data(problem: Problem, fold: int, repeat: int) -> Data:
    rows = problem._rows(repeat)
    trained, validated = problem._indices(rows, fold, repeat)
    # All of a large task's rows need not be held twice.
    x_train = taken(rows.x_train, trained) if len(validated) else rows.x_train
    y_train = rows.y_train[trained]
    if len(validated):
        x_val = taken(rows.x_train, validated)
        train, val, test = problem.task.scaled(x_train, x_train, x_val, rows.x_test)
        held_out = Part(val, rows.y_train[validated])
    else:
        train, test = problem.task.scaled(x_train, x_train, rows.x_test)
        held_out = None
    weights = row_weights(y_train, rows.class_weights)
    return Data(Part(train, y_train, weights), held_out, Part(test, rows.y_test))
