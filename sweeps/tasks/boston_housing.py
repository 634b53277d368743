"""Boston house prices: 506 suburbs, thirteen columns, the median price in 1000 dollars."""

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
from sweeps.tasks.standardising import standardised
from sweeps.tasks.task import Array, Kind, Raw, Rows

Preprocessing = Literal["corrected", "published"]

FEATURES = (
    "CRIM",
    "ZN",
    "INDUS",
    "CHAS",
    "NOX",
    "RM",
    "AGE",
    "DIS",
    "RAD",
    "TAX",
    "PTRATIO",
    "B",
    "LSTAT",
)


@dataclass(frozen=True)
class BostonHousing:
    """What a house costs in 1000 dollars, from thirteen figures about its suburb.

    Source: Harrison and Rubinfeld (1978), as `keras.datasets.boston_housing` has it: 404 train and
    102 test rows. Its column B rests on an assumption about segregation, which makes the data unfit
    for anything but comparing with what was published on it.

    `corrected`: columns are standardised by the mean and the standard deviation of the rows that a
    fit trains on. `published` repeats the post: the mean of all train rows is subtracted from all
    rows, then the standard deviation is *subtracted* from the train rows, while the test rows are
    divided by it; both before any folds are cut.
    """

    preprocessing: Preprocessing = "corrected"

    @classmethod
    def from_options(cls, options: Mapping[str, Any], folder: str) -> BostonHousing:  # noqa: ARG003
        """The task with the options of a sweep file. Raises SweepError for what cannot be."""
        section = options_of(options, ("preprocessing",))
        known = get_args(Preprocessing)
        return cls(cast(Preprocessing, section.one_of("preprocessing", "corrected", known)))

    @property
    def name(self) -> str:
        """The MLflow experiment of the task."""
        return "boston_housing"

    @property
    def kind(self) -> Kind:
        """A regression."""
        return "regression"

    @property
    def outputs(self) -> int:
        """One price."""
        return 1

    @property
    def features(self) -> tuple[str, ...]:
        """Thirteen columns."""
        return FEATURES

    @property
    def classes(self) -> tuple[str, ...]:
        """None: a regression."""
        return ()

    def rows(self, split: int) -> Rows:
        """404 train and 102 test rows; other splits than 0 are drawn with their number as seed."""
        x, y, count = _table()
        train, test = train_and_test(y, count, split, stratified=False)
        x_train, x_test = x[train], x[test]
        if self.preprocessing == "published":
            x_train, x_test = _as_published(x_train, x_test)
        return Rows(x_train, y[train], x_test, y[test])

    def scaled(self, fitted_on: Raw, *parts: Raw) -> tuple[Array, ...]:
        """Each column standardised over `fitted_on`; as they came under `published`."""
        if self.preprocessing == "published":
            return tuple(part.astype(np.float32) for part in parts)
        return standardised(fitted_on, *parts)

    def digest(self) -> str:
        """A hash of the raw table, the same for both ways of preprocessing."""
        x, y, _ = _table()
        return fingerprint(x, y)


@lru_cache(maxsize=1)
def _table() -> tuple[Raw, Raw, int]:
    """All rows, the train rows first, and how many those are."""
    held = arrays_of("boston_housing")
    return held["x"], held["y"], int(held["train"][0])


def _as_published(x_train: Raw, x_test: Raw) -> tuple[Raw, Raw]:
    mean, spread = x_train.mean(axis=0), (x_train - x_train.mean(axis=0)).std(axis=0)
    return (x_train - mean) - spread, (x_test - mean) / spread
