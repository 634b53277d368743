"""Reuters newswires of 1987: 11,228 short texts about 46 topics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from sweeps.tasks.fingerprint import fingerprint
from sweeps.tasks.kept_datasets import arrays_of
from sweeps.tasks.options import options_of
from sweeps.tasks.redrawing import train_and_test
from sweeps.tasks.task import Inputs, Kind, Labels, Rows
from sweeps.tasks.words import FIRST_WORD, multi_hot, word_columns

VOCABULARY = 10_000
LARGEST_VOCABULARY = 30_983
"""With it no word is left out."""

TOPICS = (
    "cocoa",
    "grain",
    "veg-oil",
    "earn",
    "acq",
    "wheat",
    "copper",
    "housing",
    "money-supply",
    "coffee",
    "sugar",
    "trade",
    "reserves",
    "ship",
    "cotton",
    "carcass",
    "crude",
    "nat-gas",
    "cpi",
    "money-fx",
    "interest",
    "gnp",
    "meal-feed",
    "alum",
    "oilseed",
    "gold",
    "tin",
    "strategic-metal",
    "livestock",
    "retail",
    "ipi",
    "iron-steel",
    "rubber",
    "heat",
    "jobs",
    "lei",
    "bop",
    "zinc",
    "orange",
    "pet-chem",
    "dlr",
    "gas",
    "silver",
    "wpi",
    "hog",
    "lead",
)
"""As `keras.datasets.reuters.get_label_names` numbers them."""


@dataclass(frozen=True)
class Reuters:
    """Which of 46 topics a newswire is about, from the words that occur in it.

    Source: `keras.datasets.reuters`, 8,982 train and 2,246 test rows. x is a sparse matrix of ones
    (rows, vocabulary); words beyond the `vocabulary` most frequent count as one and the same.
    """

    vocabulary: int = VOCABULARY

    @classmethod
    def from_options(cls, options: Mapping[str, Any], folder: str) -> Reuters:  # noqa: ARG003
        """The task with the options of a sweep file. Raises SweepError for what cannot be."""
        section = options_of(options, ("vocabulary",))
        return cls(section.whole("vocabulary", VOCABULARY, FIRST_WORD + 1, LARGEST_VOCABULARY))

    @property
    def name(self) -> str:
        """The MLflow experiment of the task."""
        return "reuters"

    @property
    def kind(self) -> Kind:
        """A classification."""
        return "classification"

    @property
    def outputs(self) -> int:
        """46 topics."""
        return len(TOPICS)

    @property
    def features(self) -> tuple[str, ...]:
        """One column for each word of the vocabulary."""
        return word_columns(self.vocabulary)

    @property
    def classes(self) -> tuple[str, ...]:
        """The topics, in the data set's numbering."""
        return TOPICS

    def rows(self, split: int) -> Rows:
        """8,982 train and 2,246 test rows; those of split 0 are the data set's own.

        Other splits are drawn with their number as seed, the shares of the topics kept.
        """
        x, y, count = _table(self.vocabulary)
        train, test = train_and_test(y, count, split, stratified=True)
        return Rows(x[train], y[train], x[test], y[test])

    def scaled(self, fitted_on: Inputs, *parts: Inputs) -> tuple[Inputs, ...]:  # noqa: ARG002
        """The parts themselves: a word occurs or it does not."""
        return parts

    def digest(self) -> str:
        """A hash of all rows with this vocabulary."""
        x, y, _ = _table(self.vocabulary)
        return fingerprint(x.indptr, x.indices, y)


@lru_cache(maxsize=1)
def _table(vocabulary: int) -> tuple[Inputs, Labels, int]:
    """All rows, the train rows first, and how many those are."""
    held = arrays_of("reuters")
    x = multi_hot(held["tokens"], held["starts"], vocabulary)
    return x, held["y"].astype(np.int64), int(held["train"][0])
