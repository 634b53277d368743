"""One fit on its way: epochs, history, early stopping, and what a checkpoint holds of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.checkpoints import Checkpoint
from sweeps.decays import Cosine
from sweeps.draws import initial_weights, row_order
from sweeps.recipe import Recipe
from sweeps.schedules import learning_rates
from sweeps.sweep import Split
from sweeps.tasks.task import Data, Part
from sweeps.trainers.divergence import refuse_nonfinite
from sweeps.trainers.measures import accuracy_name, measured
from sweeps.trainers.patience import Patience
from sweeps.trainers.program import Program
from sweeps.trainers.tensor_rows import Rows
from sweeps.trainers.under_way import marks_of

Array = npt.NDArray[Any]


@dataclass
class Training:
    """A program, the rows it trains on, and how far it has come.

    `split` is the objective's, `trained_on` are the rows of `train` as they were given.
    """

    recipe: Recipe
    seed: int
    split: Split
    program: Program
    parts: dict[Split, Rows]
    trained_on: Part
    epoch: int = 0
    history: dict[str, list[float]] = field(default_factory=dict)
    patience: Patience | None = None
    best_weights: list[Array] = field(default_factory=list)

    @classmethod
    def fresh(
        cls, recipe: Recipe, seed: int, split: Split, program: Program, data: Data
    ) -> Training:
        """A fit before its first epoch."""
        shape = program.blueprint
        hidden = [layer.units for layer in recipe.layers]
        drawn = initial_weights(seed, shape.features, hidden, shape.outputs, recipe.initializer)
        program.reset(drawn, seed)
        parts: dict[Split, Rows] = {"train": program.rows(data.train)}
        if data.val is not None:
            parts["val"] = program.rows(data.val)
        parts["test"] = program.rows(data.test)
        training = cls(recipe, seed, split, program, parts, data.train)
        if recipe.early_stopping is not None:
            training.patience = Patience(recipe.early_stopping)
        return training

    @property
    def stopped(self) -> bool:
        """Whether early stopping has ended this fit, whatever its budget."""
        return self.patience is not None and self.patience.stopped

    def train_epoch(self) -> dict[str, float]:
        """Train the next epoch, and return its values by their names in the history.

        Raises DivergedError, and leaves the epoch out of the history, when one is not finite.
        """
        values = self._epoch_values()
        refuse_nonfinite(values, f"in epoch {self.epoch + 1}")
        self.epoch += 1
        for name, value in values.items():
            self.history.setdefault(name, []).append(value)
        if self.patience is not None:
            self._watch(self.patience, values)
        return values

    def settle(self) -> None:
        """Put the weights in place that the fit is judged by: the best epoch's, if so asked."""
        if self.best_weights:
            self.program.set_weights(self.best_weights)

    def checkpoint(self) -> Checkpoint:
        """All that is needed to go on; taken before `settle`."""
        arrays = {f"state_{at}": value for at, value in enumerate(self.program.state())}
        arrays |= {f"best_{at}": value for at, value in enumerate(self.best_weights)}
        state = {
            "fit": self.fingerprint(),
            "epoch": self.epoch,
            "history": self.history,
            "patience": self.patience.state() if self.patience else None,
        }
        return Checkpoint(arrays, state)

    def go_on_from(self, checkpoint: Checkpoint) -> None:
        """Continue where a checkpoint with this fit's fingerprint stopped."""
        state = checkpoint.state
        self.program.restore(_numbered(checkpoint, "state"))
        self.best_weights = _numbered(checkpoint, "best")
        self.epoch = state["epoch"]
        self.history = {name: list(values) for name, values in state["history"].items()}
        if self.patience is not None:
            self.patience.restore(state["patience"])

    def fingerprint(self) -> list[Any]:
        """What must be equal for a checkpoint to be this fit's own past."""
        horizon = self.recipe.epochs if isinstance(self.recipe.decay, Cosine) else None
        return [str(self.seed), self.recipe.identity(), horizon, *marks_of(self.trained_on)]

    def _epoch_values(self) -> dict[str, float]:
        train = self.parts["train"]
        steps = math.ceil(len(train) / self.recipe.batch_size)
        rates = learning_rates(self.recipe, self.epoch, steps)
        order = row_order(self.seed, self.epoch, len(train))
        loss, measure = self.program.train_epoch(train, order, rates, self.recipe.batch_size)
        values = {"loss": loss, accuracy_name(self.program): measure}
        for split, rows in self.parts.items():
            if split == "val" or (split == "test" and self.split == "test"):
                values |= measured(self.program, rows, f"{split}_")
        return values | {"learning_rate": float(rates[0])}

    def _watch(self, patience: Patience, values: dict[str, float]) -> None:
        prefix = "" if self.split == "train" else f"{self.split}_"
        improved = patience.improved(values[prefix + patience.settings.monitor])
        if improved and patience.settings.restore_best:
            self.best_weights = self.program.weights()


def _numbered(checkpoint: Checkpoint, name: str) -> list[Array]:
    found = [key for key in checkpoint.arrays if key.startswith(f"{name}_")]
    return [np.asarray(checkpoint.arrays[f"{name}_{at}"]) for at in range(len(found))]
