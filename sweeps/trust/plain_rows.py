"""Any task's rows as a linear model takes them: a table of numbers, dense or sparse."""

from __future__ import annotations

from typing import Any

import numpy as np

from sweeps.tasks.inputs import is_sparse
from sweeps.tasks.task import Inputs, Task
from sweeps.tasks.words import FIRST_WORD, place_columns

FEW_PLACES = 4
"""So many first names of columns tell texts in order from other tables."""


def vocabulary_of(task: Task, x: Inputs) -> int | None:
    """One more than the largest word number, where rows are texts in order; else None."""
    names = task.features[:FEW_PLACES]
    if not names or names != place_columns(len(names)):
        return None
    return int(np.max(x, initial=0)) + 1


def plain(x: Inputs, vocabulary: int | None) -> Any:
    """(rows, columns): pictures are laid flat, texts become the set of their words.

    Words outside the vocabulary are left out. pandas tables stay as they are.
    """
    if vocabulary is not None:
        return _word_sets(np.asarray(x), vocabulary)
    if is_sparse(x) or hasattr(x, "iloc") or x.ndim == 2:
        return x
    return np.asarray(x).reshape(len(x), -1)


def preparation(x: Any) -> Any:
    """What a linear model has before it: scaling, what is missing filled, categories spread out."""
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, OneHotEncoder

    if is_sparse(x):
        return MaxAbsScaler()
    if not hasattr(x, "iloc"):
        return _numbers(x)
    if not len(x.columns):
        return FunctionTransformer()
    numbers = make_column_selector(dtype_include="number")
    others = make_column_selector(dtype_exclude="number")
    spread = make_pipeline(
        FunctionTransformer(_as_text), OneHotEncoder(handle_unknown="ignore", min_frequency=2)
    )
    return make_column_transformer((_numbers(x), numbers), (spread, others))


def _numbers(x: Any) -> Any:
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    fill = SimpleImputer(strategy="median", keep_empty_features=True)
    complete = not hasattr(x, "iloc") and np.isfinite(x).all()
    return StandardScaler() if complete else make_pipeline(fill, StandardScaler())


def _as_text(table: Any) -> Any:
    return table.astype(str)


def _word_sets(numbers: Any, vocabulary: int) -> Any:
    """A float32 `csr_array` (texts, vocabulary): 1 where a text has the word."""
    from scipy.sparse import csr_array

    words = numbers.astype(np.int64)
    rows, places = np.nonzero((words >= FIRST_WORD) & (words < vocabulary))
    found = words[rows, places]
    ones = np.ones(len(found), np.float32)
    sets = csr_array((ones, (rows, found)), shape=(len(words), vocabulary))
    sets.sum_duplicates()
    sets.data[:] = 1.0
    return sets
