"""The Palmer penguins: 344 birds, six columns, three species."""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np

from sweeps.tasks.task import Array, Kind, Labels, Raw, Rows

Preprocessing = Literal["corrected", "published"]

FEATURES = (
    "island",
    "bill_length_mm",
    "bill_depth_mm",
    "flipper_length_mm",
    "body_mass_g",
    "sex",
)
SPECIES = ("Adelie", "Gentoo", "Chinstrap")
"""The study's class numbers, in order."""

ISLANDS = {"Biscoe": 0.0, "Dream": 1.0, "Torgersen": 2.0}
SEXES = {"male": 0.0, "female": 1.0}
SEX_UNKNOWN = 3.0
SEABORN_ORDER = ("Adelie", "Chinstrap", "Gentoo")
MISSING = "NA"
TEST_SHARE = 0.2


@dataclass(frozen=True)
class Penguins:
    """Which of three species a penguin is, from its island, its sex and four measurements.

    Source: `palmerpenguins` (Horst, Hill and Gorman 2020), its rows in the order of seaborn's
    table, encoded as in the published study. Every split has 275 train and 69 test rows, drawn
    without regard to species, as there.

    `corrected`: missing measurements and the range of each column are learned from the rows that
    a fit trains on. `published` repeats the study: missing measurements are filled with the mean
    of the whole table, then train and test are each scaled by their own minimum and maximum,
    before any folds are cut; so test rows leak into the filling, and the two scales differ.
    """

    preprocessing: Preprocessing = "corrected"

    @property
    def name(self) -> str:
        """The MLflow experiment of the task."""
        return "penguins"

    @property
    def kind(self) -> Kind:
        """A classification."""
        return "classification"

    @property
    def outputs(self) -> int:
        """Three species."""
        return len(SPECIES)

    @property
    def features(self) -> tuple[str, ...]:
        """Six columns, in seaborn's order."""
        return FEATURES

    @property
    def classes(self) -> tuple[str, ...]:
        """The species, in the study's numbering."""
        return SPECIES

    @property
    def words(self) -> Mapping[str, Mapping[str, float]]:
        """The numbers that stand for words, by column; the empty word for a missing one."""
        return {"island": ISLANDS, "sex": {**SEXES, "": SEX_UNKNOWN}}

    def rows(self, split: int) -> Rows:
        """275 train and 69 test rows, drawn with the split's number as seed.

        The rows are those of scikit-learn's `train_test_split`. x is the raw table, missing
        measurements as NaN; under `published` it is filled and scaled already, since the study did
        so before anything else.
        """
        x, y = _table()
        if self.preprocessing == "published":
            x = _filled(x, np.nanmean(x, axis=0))
        train, test = _split(len(y), split)
        x_train, x_test = x[train], x[test]
        if self.preprocessing == "published":
            x_train, x_test = _ranged(x_train, x_train), _ranged(x_test, x_test)
        return Rows(x_train, y[train], x_test, y[test])

    def scaled(self, fitted_on: Raw, *parts: Raw) -> tuple[Array, ...]:
        """Each column from 0 to 1 over `fitted_on`; a column that does not vary becomes 0.

        Under `published` the rows come scaled, and only their type changes.
        """
        if self.preprocessing == "published":
            return tuple(part.astype(np.float32) for part in parts)
        means = np.nanmean(fitted_on, axis=0)
        known = _filled(fitted_on, means)
        return tuple(_ranged(known, _filled(part, means)).astype(np.float32) for part in parts)

    def digest(self) -> str:
        """A hash of the encoded table, the same for both ways of preprocessing."""
        x, y = _table()
        content = np.nan_to_num(x, nan=-1.0).tobytes() + y.tobytes()
        return hashlib.sha256(content).hexdigest()[:16]


@lru_cache(maxsize=1)
def _table() -> tuple[Raw, Labels]:
    """All 344 rows: features with NaN where a measurement is missing, and class numbers."""
    with _csv_file().open(encoding="utf-8", newline="") as stream:
        birds = sorted(
            csv.DictReader(stream), key=lambda bird: SEABORN_ORDER.index(bird["species"])
        )
    x = np.array([_encoded(bird) for bird in birds], dtype=np.float64)
    return x, np.array([SPECIES.index(bird["species"]) for bird in birds], dtype=np.int64)


def _csv_file() -> Path:
    """The table inside `palmerpenguins`: importing that imports pandas, at a second a worker."""
    package = find_spec("palmerpenguins")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("No module named 'palmerpenguins'", name="palmerpenguins")
    return Path(package.origin).with_name("data") / "penguins.csv"


def _encoded(bird: dict[str, str]) -> list[float]:
    """One row of x."""
    measured = (bird[name] for name in FEATURES[1:-1])
    return [
        ISLANDS[bird["island"]],
        *(math.nan if value == MISSING else float(value) for value in measured),
        SEX_UNKNOWN if bird["sex"] == MISSING else SEXES[bird["sex"]],
    ]


def _split(rows: int, seed: int) -> tuple[Labels, Labels]:
    """Positions of train and test rows: `train_test_split` without its import of a second."""
    order = np.random.RandomState(seed).permutation(rows)
    test = math.ceil(TEST_SHARE * rows)
    return order[test:], order[:test]


def _filled(x: Raw, means: Raw) -> Raw:
    return np.where(np.isnan(x), means, x)


def _ranged(fitted_on: Raw, part: Raw) -> Raw:
    """`part` on the scale where `fitted_on` runs from 0 to 1, column by column."""
    low = fitted_on.min(axis=0)
    spread = fitted_on.max(axis=0) - low
    varies = spread > 0
    return np.where(varies, (part - low) / np.where(varies, spread, 1.0), 0.0)
