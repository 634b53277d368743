"""One member of a lane: how far it has come, its history, and when it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy.typing as npt

from sweeps.checkpoints import Checkpoint
from sweeps.draws import row_order
from sweeps.schedules import learning_rates
from sweeps.tasks.task import Data
from sweeps.trainers.divergence import DivergedError, refuse_nonfinite
from sweeps.trainers.fused.courses import Course, horizon
from sweeps.trainers.patience import Patience
from sweeps.trainers.under_way import Past, marks_of
from sweeps.trial import Failure

Array = npt.NDArray[Any]


@dataclass
class Seat:
    """A course under way. `epoch` counts what was trained, `seen` what is in the history.

    The two differ while results are still on the device. `told` counts the epochs of the history
    that somebody was told of.
    """

    course: Course
    data: Data
    epoch: int = 0
    seen: int = 0
    told: int = 0
    history: dict[str, list[float]] = field(default_factory=dict)
    patience: Patience | None = None
    failure: Failure | None = None
    notes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, course: Course, data: Data) -> Seat:
        """A course before its first epoch."""
        stopping = course.recipe.early_stopping
        return cls(course, data, patience=Patience(stopping) if stopping else None)

    @property
    def rows(self) -> int:
        """Rows to train on."""
        return len(self.data.train.y)

    @property
    def stopped(self) -> bool:
        """Whether early stopping or a divergence has ended it."""
        return self.failure is not None or (self.patience is not None and self.patience.stopped)

    @property
    def goes_on(self) -> bool:
        """Whether there is an epoch left to train."""
        return not self.stopped and self.epoch < self.course.epochs

    @property
    def restores(self) -> bool:
        """Whether the best epoch's weights are the final ones."""
        stopping = self.course.recipe.early_stopping
        return stopping is not None and stopping.restore_best

    @property
    def has_best(self) -> bool:
        """Whether there is a best epoch whose weights are the final ones."""
        return self.restores and self.patience is not None and self.patience.best is not None

    def ending(self) -> list[int]:
        """Which of the course's fits end at this epoch, by their position."""
        ahead = range(len(self.course.fits))
        if self.stopped or self.epoch >= self.course.epochs:
            return [at for at in ahead if self.course.fits[at].budget >= self.epoch]
        return [at for at in ahead if self.course.fits[at].budget == self.epoch]

    @property
    def kept_at(self) -> str | None:
        """Where the course is to be kept on its way, if it has any left and is kept at all.

        That is the file of the fit that ends next: what is in it later is of no use to that fit,
        which has its own end, and the fits after it find it there.
        """
        ahead = (fit for fit in self.course.fits if fit.budget > self.epoch)
        following = next(ahead, None) if self.goes_on else None
        keeping = None if following is None else following.keeping
        return None if keeping is None else keeping.path

    def next_order(self) -> Array:
        """The row order of the next epoch."""
        return row_order(self.course.first.seed, self.epoch, self.rows)

    def next_rates(self) -> Array:
        """The learning rate of each step of the next epoch."""
        steps = self.course.steps(self.rows)
        return learning_rates(self.course.recipe, self.epoch, steps)

    def take(self, values: Mapping[str, float], watched: str) -> bool:
        """Take in an epoch's values; true when its weights are the best so far.

        The first value that is not finite ends the course, and the epoch is left out.
        """
        if self.failure is not None:
            return False
        try:
            refuse_nonfinite(values, f"in epoch {self.seen + 1}")
        except DivergedError as error:
            self.failure = Failure("diverged", str(error))
            return False
        self.seen += 1
        for name, value in values.items():
            self.history.setdefault(name, []).append(value)
        if self.patience is None:
            return False
        return self.patience.improved(values[watched + self.patience.settings.monitor])

    def earlier(self) -> Checkpoint | None:
        """The checkpoint that the course goes on from, if there is one and it is its own.

        Without one it starts at epoch 0 and comes to the same result.
        """
        past = self.past()
        self.notes = past.notes
        return past.up_to(self.course.first.budget)

    def past(self) -> Past:
        """What is kept of the course."""
        return Past.of(self.course.kept, self._fingerprint)

    def go_on_from(self, state: Mapping[str, Any]) -> None:
        """Continue with a checkpoint's state."""
        self.epoch = self.seen = self.told = state["epoch"]
        self.history = {name: list(values) for name, values in state["history"].items()}
        if self.patience is not None:
            self.patience.restore(state["patience"])

    def state(self, steps: int) -> dict[str, Any]:
        """What a checkpoint holds beside the network, in JSON types."""
        return {
            "fit": self._fingerprint(),
            "epoch": self.epoch,
            "steps": steps,
            "history": {name: list(values) for name, values in self.history.items()},
            "patience": self.patience.state() if self.patience else None,
        }

    def _fingerprint(self) -> list[Any]:
        """What must be equal for a checkpoint to be this course's own past."""
        recipe = self.course.recipe
        rows = [*marks_of(self.data.train), self.data.train.x.shape[1]]
        return ["fused", str(self.course.first.seed), recipe.identity(), horizon(recipe), *rows]


def ended_of(seats: Sequence[Seat], trained: Sequence[bool]) -> list[tuple[int, int]]:
    """The fits that end here, of the members that were trained just now: (member, fit)."""
    return [
        (member, fit)
        for member, seat in enumerate(seats)
        if trained[member]
        for fit in seat.ending()
    ]


def parameters(course: Course, features: int, outputs: int) -> int:
    """The number of trainable parameters of the course's network."""
    sizes = [features, *(layer.units for layer in course.recipe.layers), outputs]
    return sum((below + 1) * above for below, above in pairwise(sizes))
