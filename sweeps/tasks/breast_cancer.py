"""Breast cancer in Wisconsin: 569 tumours, thirty measurements, malignant or benign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast, get_args

import numpy as np

from sweeps.tasks.fingerprint import fingerprint
from sweeps.tasks.options import options_of
from sweeps.tasks.standardising import standardised
from sweeps.tasks.task import Array, Kind, Labels, Raw, Rows

Preprocessing = Literal["corrected", "published"]

MEASURED = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)
FEATURES = (
    *(f"mean {name}" for name in MEASURED),
    *(f"{name} error" for name in MEASURED),
    *(f"worst {name}" for name in MEASURED),
)
CLASSES = ("malignant", "benign")
TEST_SHARE = 0.2


@dataclass(frozen=True)
class BreastCancer:
    """Whether a tumour is malignant or benign, from thirty measurements of its cells.

    Source: Wolberg, Street and Mangasarian (1995), as scikit-learn's `load_breast_cancer` has it.
    The data set has no test rows of its own: every split draws 114 of its 569 rows, with its number
    as seed and the shares of both classes kept.

    `corrected`: columns are standardised by the rows that a fit trains on. `published` repeats the
    post, which scales nothing.
    """

    preprocessing: Preprocessing = "corrected"

    @classmethod
    def from_options(cls, options: Mapping[str, Any], folder: str) -> BreastCancer:  # noqa: ARG003
        """The task with the options of a sweep file. Raises SweepError for what cannot be."""
        section = options_of(options, ("preprocessing",))
        known = get_args(Preprocessing)
        return cls(cast(Preprocessing, section.one_of("preprocessing", "corrected", known)))

    @property
    def name(self) -> str:
        """The MLflow experiment of the task."""
        return "breast_cancer"

    @property
    def kind(self) -> Kind:
        """A classification."""
        return "classification"

    @property
    def outputs(self) -> int:
        """One: how probably a tumour is benign."""
        return 1

    @property
    def features(self) -> tuple[str, ...]:
        """Thirty columns: mean, error and worst of ten measurements."""
        return FEATURES

    @property
    def classes(self) -> tuple[str, ...]:
        """Malignant is 0, benign 1, as in scikit-learn."""
        return CLASSES

    def rows(self, split: int) -> Rows:
        """455 train and 114 test rows, drawn with the split's number as seed."""
        from sklearn.model_selection import train_test_split

        x, y = _table()
        train, test = train_test_split(
            np.arange(len(y)), test_size=TEST_SHARE, random_state=split, stratify=y
        )
        return Rows(x[train], y[train], x[test], y[test])

    def scaled(self, fitted_on: Raw, *parts: Raw) -> tuple[Array, ...]:
        """Each column standardised over `fitted_on`; as they are under `published`."""
        if self.preprocessing == "published":
            return tuple(part.astype(np.float32) for part in parts)
        return standardised(fitted_on, *parts)

    def digest(self) -> str:
        """A hash of the raw table, the same for both ways of preprocessing."""
        return fingerprint(*_table())


@lru_cache(maxsize=1)
def _table() -> tuple[Raw, Labels]:
    from sklearn.datasets import load_breast_cancer

    x, y = load_breast_cancer(return_X_y=True)
    return x, y.astype(np.int64)
