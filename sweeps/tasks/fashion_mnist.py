"""Fashion-MNIST: 70,000 pictures of clothes, ten kinds of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast, get_args

import numpy as np

from sweeps.tasks.fingerprint import fingerprint
from sweeps.tasks.kept_datasets import arrays_of
from sweeps.tasks.options import options_of
from sweeps.tasks.redrawing import train_and_test
from sweeps.tasks.task import Array, Inputs, Kind, Labels, Rows

Shape = Literal["flat", "image"]

SIDE = 28
WHITE = 255
FEATURES = tuple(f"pixel {row},{column}" for row in range(SIDE) for column in range(SIDE))
CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


@dataclass(frozen=True)
class FashionMnist:
    """Which of ten kinds of clothes a picture shows.

    Source: Xiao, Rasul and Vollgraf (2017), through `keras.datasets.fashion_mnist`: 60,000 train
    and 10,000 test rows of 28 by 28 pixels, divided by 255. `flat` rows are 784 numbers, for dense
    layers; `image` rows are (28, 28), for a model that flattens or convolves them itself.
    """

    shape: Shape = "flat"

    @classmethod
    def from_options(cls, options: Mapping[str, Any], folder: str) -> FashionMnist:  # noqa: ARG003
        """The task with the options of a sweep file. Raises SweepError for what cannot be."""
        section = options_of(options, ("shape",))
        return cls(cast(Shape, section.one_of("shape", "flat", get_args(Shape))))

    @property
    def name(self) -> str:
        """The MLflow experiment of the task."""
        return "fashion_mnist"

    @property
    def kind(self) -> Kind:
        """A classification."""
        return "classification"

    @property
    def outputs(self) -> int:
        """Ten kinds."""
        return len(CLASSES)

    @property
    def features(self) -> tuple[str, ...]:
        """784 pixels, row by row."""
        return FEATURES

    @property
    def classes(self) -> tuple[str, ...]:
        """The kinds of clothes, in the data set's numbering."""
        return CLASSES

    def rows(self, split: int) -> Rows:
        """60,000 train and 10,000 test rows; those of split 0 are the data set's own.

        Other splits are drawn with their number as seed, the shares of the kinds kept. x is float32
        from 0 to 1.
        """
        x, y, count = _table()
        train, test = train_and_test(y, count, split, stratified=True)
        if self.shape == "flat":
            x = x.reshape(len(x), -1)
        return Rows(x[train], y[train], x[test], y[test])

    def scaled(self, fitted_on: Inputs, *parts: Inputs) -> tuple[Inputs, ...]:  # noqa: ARG002
        """The parts themselves: what the pixels are divided by is known beforehand."""
        return parts

    def digest(self) -> str:
        """A hash of all pictures and their kinds, the same for both shapes."""
        x, y, _ = _table()
        return fingerprint(x, y)


@lru_cache(maxsize=1)
def _table() -> tuple[Array, Labels, int]:
    """All rows, the train rows first, and how many those are."""
    held = arrays_of("fashion_mnist")
    x = held["x"].astype(np.float32)
    x /= WHITE
    return x, held["y"].astype(np.int64), int(held["train"][0])
