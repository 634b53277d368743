"""Which rows train and which test: as the data set has them, or drawn anew."""

from __future__ import annotations

from typing import Any

import numpy as np

from sweeps.tasks.task import Labels, Targets


def train_and_test(
    y: Targets, train: int, split: int, *, stratified: bool
) -> tuple[slice | Labels, slice | Labels]:
    """What to index all rows with. Split 0: the first `train` rows train, as the data set has it.

    Other splits have as many rows of each kind, drawn by scikit-learn's `train_test_split` with the
    split's number as seed; `stratified` keeps the shares of classes.
    """
    if split == 0:
        return slice(None, train), slice(train, None)
    from sklearn.model_selection import train_test_split

    drawn: Any = train_test_split(
        np.arange(len(y)), train_size=train, random_state=split, stratify=y if stratified else None
    )
    return drawn[0], drawn[1]
