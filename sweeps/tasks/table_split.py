"""Which rows of a table are trained on and which are tested on."""

from __future__ import annotations

import numpy as np

from sweeps.errors import SweepError
from sweeps.tasks.task import Kind, Labels, Targets

Positions = tuple[Labels, Labels]


def split_rows(
    y: Targets, kind: Kind, groups: Labels | None, test: float | int, split: int
) -> Positions:
    """Positions of train and test rows, each in the table's order; `split` is the seed.

    `test` is a share, or a number of rows. Both have the same shares of each class, as nearly as
    groups allow, which stay whole. Raises SweepError for rows that cannot be split so.
    """
    try:
        if groups is not None:
            train, held_out = _grouped(y, kind, groups, test, split)
        else:
            train, held_out = _drawn(y, kind, test, split)
    except ValueError as error:
        raise SweepError(f"the rows cannot be split: {error}", ("task", "test")) from error
    return np.sort(train), np.sort(held_out)


def _drawn(y: Targets, kind: Kind, test: float | int, split: int) -> Positions:
    from sklearn.model_selection import train_test_split

    stratify = y if kind == "classification" else None
    train, held_out = train_test_split(
        np.arange(len(y)), test_size=test, random_state=split, stratify=stratify
    )
    return train, held_out


def _grouped(y: Targets, kind: Kind, groups: Labels, test: float | int, split: int) -> Positions:
    """Whole groups; with classes the fold of a stratified cut whose size comes nearest."""
    from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold

    folds = max(2, round(1 / test if test < 1 else len(y) / test))
    rarest = min(np.bincount(y)) if kind == "classification" else 0
    if rarest >= folds and len(np.unique(groups)) >= folds:
        cut = StratifiedGroupKFold(folds, shuffle=True, random_state=split)
        train, held_out = next(cut.split(y, y, groups))
        return train, held_out
    share = test if test < 1 else test / len(y)
    shuffled = GroupShuffleSplit(n_splits=1, test_size=share, random_state=split)
    train, held_out = next(shuffled.split(y, y, groups))
    return train, held_out
