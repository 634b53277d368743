"""Which training rows are validated on, and how much each of the others counts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sweeps.sweep import Evaluate
from sweeps.tasks.task import Array, ClassWeights, Kind, Rows, Targets

Index = npt.NDArray[np.int64]


def validation_split(
    rows: Rows, evaluate: Evaluate, fold: int, seed: int, kind: Kind
) -> tuple[Index, Index]:
    """Positions among the train rows: (trained on, validated on).

    Rows of one group are never torn apart. Raises ValueError for a split that the rows do not
    allow: more folds than rows or groups, a class too rare to be stratified, first rows that end
    within a group.
    """
    stratified = kind == "classification" if evaluate.stratified is None else evaluate.stratified
    if stratified and kind == "regression":
        raise ValueError("stratified: there are no classes in a regression")
    if evaluate.folds:
        return _fold(rows, evaluate.folds, fold, seed, stratified, evaluate.shuffle)
    if evaluate.first is not None:
        return _first(rows, evaluate.first)
    return _carved(rows, evaluate.validation, seed, stratified)


def row_weights(labels: Targets, class_weights: ClassWeights | None) -> Array | None:
    """How much each row counts, (rows,): `balanced` is rows / (classes * rows of its class).

    A class that is not named counts 1.
    """
    if class_weights is None:
        return None
    if class_weights == "balanced":
        classes, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
        each = len(labels) / (len(classes) * counts)
        return each[places].astype(np.float32)
    return np.array([class_weights.get(int(label), 1.0) for label in labels], np.float32)


def _fold(
    rows: Rows, folds: int, fold: int, seed: int, stratified: bool, shuffle: bool
) -> tuple[Index, Index]:
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    splitters = {
        (False, False): KFold,
        (True, False): StratifiedKFold,
        (False, True): GroupKFold,
        (True, True): StratifiedGroupKFold,
    }
    splitter = splitters[stratified and shuffle, rows.groups is not None]
    drawn = {"shuffle": True, "random_state": seed} if shuffle else {}
    labels = rows.y_train
    cuts = splitter(n_splits=folds, **drawn).split(labels, labels, rows.groups)
    return list(cuts)[fold]  # type: ignore[no-any-return]


def _first(rows: Rows, first: int) -> tuple[Index, Index]:
    count = len(rows.y_train)
    if first >= count:
        raise ValueError(
            f"validation: the first {first:,} of {count:,} rows leave none to train on"
        )
    if rows.groups is not None and np.isin(rows.groups[:first], rows.groups[first:]).any():
        raise ValueError(f"validation: the first {first:,} rows tear a group apart")
    everything = np.arange(count)
    return everything[first:], everything[:first]


def _carved(rows: Rows, share: float, seed: int, stratified: bool) -> tuple[Index, Index]:
    from sklearn.model_selection import GroupShuffleSplit, train_test_split

    labels = rows.y_train
    if rows.groups is not None:
        splitter = GroupShuffleSplit(n_splits=1, test_size=share, random_state=seed)
        return next(splitter.split(labels, labels, rows.groups))  # type: ignore[no-any-return]
    trained, validated = train_test_split(
        np.arange(len(labels)),
        test_size=share,
        random_state=seed,
        stratify=labels if stratified else None,
    )
    return np.sort(trained), np.sort(validated)
