"""Film reviews of IMDB: 50,000 texts, half of them in praise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast, get_args

import numpy as np

from sweeps.errors import SweepError
from sweeps.tasks.fingerprint import fingerprint
from sweeps.tasks.kept_datasets import arrays_of
from sweeps.tasks.options import options_of
from sweeps.tasks.redrawing import train_and_test
from sweeps.tasks.task import Inputs, Kind, Labels, Rows
from sweeps.tasks.words import FIRST_WORD, multi_hot, place_columns, sequences, word_columns

Form = Literal["multi_hot", "sequence"]

VOCABULARY = 10_000
LARGEST_VOCABULARY = 88_588
"""With it no word is left out."""

LENGTH = 256
LONGEST = 2_494
"""Words of the longest review."""

CLASSES = ("negative", "positive")


@dataclass(frozen=True)
class Imdb:
    """Whether a review praises its film, from the words that occur in it.

    Source: Maas et al. (2011), through `keras.datasets.imdb`: 25,000 train and 25,000 test rows.
    Words beyond the `vocabulary` most frequent count as one and the same.

    `multi_hot` rows are a sparse matrix of ones (rows, vocabulary). `sequence` rows are word
    numbers in order (rows, length), for a model with an embedding: padded with 0 at the end, and of
    longer reviews the last words.
    """

    vocabulary: int = VOCABULARY
    form: Form = "multi_hot"
    length: int = LENGTH

    @classmethod
    def from_options(cls, options: Mapping[str, Any], folder: str) -> Imdb:  # noqa: ARG003
        """The task with the options of a sweep file. Raises SweepError for what cannot be."""
        section = options_of(options, ("vocabulary", "form", "length"))
        vocabulary = section.whole("vocabulary", VOCABULARY, FIRST_WORD + 1, LARGEST_VOCABULARY)
        form = cast(Form, section.one_of("form", "multi_hot", get_args(Form)))
        if form == "multi_hot" and "length" in options:
            message = "has no effect on multi_hot rows: add `form: sequence` or leave it out"
            raise SweepError(message, ("task", "length"), about_key=True)
        return cls(vocabulary, form, section.whole("length", LENGTH, 1, LONGEST))

    @property
    def name(self) -> str:
        """The MLflow experiment of the task."""
        return "imdb"

    @property
    def kind(self) -> Kind:
        """A classification."""
        return "classification"

    @property
    def outputs(self) -> int:
        """One: how probably a review is in praise."""
        return 1

    @property
    def features(self) -> tuple[str, ...]:
        """One column for each word of the vocabulary, or for each place in a sequence."""
        if self.form == "sequence":
            return place_columns(self.length)
        return word_columns(self.vocabulary)

    @property
    def classes(self) -> tuple[str, ...]:
        """Negative is 0, positive 1."""
        return CLASSES

    def rows(self, split: int) -> Rows:
        """25,000 train and 25,000 test rows; those of split 0 are the data set's own.

        Other splits are drawn with their number as seed, half of the rows of each class.
        """
        x, y, count = _table(self)
        train, test = train_and_test(y, count, split, stratified=True)
        return Rows(x[train], y[train], x[test], y[test])

    def scaled(self, fitted_on: Inputs, *parts: Inputs) -> tuple[Inputs, ...]:  # noqa: ARG002
        """The parts themselves: words have no scale."""
        return parts

    def digest(self) -> str:
        """A hash of all rows in this form."""
        x, y, _ = _table(self)
        held = (x,) if self.form == "sequence" else (x.indptr, x.indices)
        return fingerprint(*held, y)


@lru_cache(maxsize=1)
def _table(task: Imdb) -> tuple[Inputs, Labels, int]:
    """All rows, the train rows first, and how many those are."""
    held = arrays_of("imdb")
    tokens, starts = held["tokens"], held["starts"]
    if task.form == "sequence":
        x = sequences(tokens, starts, task.vocabulary, task.length)
    else:
        x = multi_hot(tokens, starts, task.vocabulary)
    return x, held["y"].astype(np.int64), int(held["train"][0])
