"""How a table's columns become numbers: a scikit-learn pipeline, fitted on training rows alone.

Numbers, truth values and dates: a missing one becomes the median of the training rows, and a column
of its own says that it was missing; then each is scaled to mean 0 and standard deviation 1. Words:
one column for each category, and `(missing)` is one more where a word is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sweeps.tasks.table_columns import Column

MISSING = "(missing)"


def inputs_of(columns: Sequence[Column]) -> tuple[str, ...]:
    """The names of the inputs that the pipeline makes of the columns, in its order."""
    numbers, holed, words = _sorted(columns)
    return (
        *(column.name for column in numbers),
        *(f"{column.name} is missing" for column in holed),
        *(f"{column.name}={category}" for column in words for category in _categories(column)),
    )


def fitted_pipeline(columns: Sequence[Column], table: Any) -> Any:
    """The pipeline for those inputs, fitted on a table of prepared columns.

    It turns such a table into a dense float array (rows, inputs). A word that is no category of
    its column is none of them: zero in all.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import MissingIndicator, SimpleImputer
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers, holed, words = _sorted(columns)
    scaled = Pipeline(
        [
            ("filled", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scaled", StandardScaler()),
        ]
    )
    encoded = Pipeline(
        [
            ("filled", SimpleImputer(strategy="constant", fill_value=MISSING)),
            (
                "encoded",
                OneHotEncoder(
                    categories=[list(_categories(column)) for column in words],
                    handle_unknown="ignore",
                    sparse_output=False,
                ),
            ),
        ]
    )
    steps = [
        ("numbers", scaled, numbers),
        ("missing", MissingIndicator(features="all"), holed),
        ("words", encoded, words),
    ]
    chosen = [(name, step, [each.name for each in kind]) for name, step, kind in steps if kind]
    return Pipeline([("columns", ColumnTransformer(chosen, sparse_threshold=0.0))]).fit(table)


def _sorted(columns: Sequence[Column]) -> tuple[list[Column], list[Column], list[Column]]:
    """The inputs among the columns: (numbers, those of them with gaps, words)."""
    inputs = [column for column in columns if column.role == "input"]
    numbers = [column for column in inputs if column.type != "categorical"]
    return (
        numbers,
        [column for column in numbers if column.missing],
        [column for column in inputs if column.type == "categorical"],
    )


def _categories(column: Column) -> tuple[str, ...]:
    return (*column.categories, MISSING) if column.missing else column.categories
