"""Scores of configurations part by part, side by side where they were had on the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sweeps.freshness import draw_of
from sweeps.sweep import Sweep
from sweeps.trial import Part
from sweeps.trust.max_t import Array

FOUR_TO_ONE = 0.25
"""Rows judged on for each row trained on, where nobody has counted them."""


@dataclass(frozen=True)
class Side:
    """Scores (parts, columns) in the objective's own direction, one row for each set of data rows.

    `overlap` is n_test / n_train, 0 where parts share no training rows or all of them: with
    `same_rows` only seeds differ, and what is said holds for those rows.
    """

    scores: Array
    overlap: float
    same_rows: bool


def side_by_side(sweep: Sweep, columns: Sequence[Sequence[Part]]) -> Side:
    """The parts that all columns have, paired.

    Parts on the same rows (folds that are not drawn at random, trained again on other seeds) are
    one part of which the mean counts: seeds say nothing of other rows.
    """
    metric = sweep.objective.metric
    found = [_scores(parts, metric) for parts in columns]
    shared = sorted(set.intersection(*(set(one) for one in found))) if found else []
    # A function that brings its own rows, or none, is given nothing but seeds.
    rows = [place if sweep.task.name == "none" else _rows_of(sweep, *place) for place in shared]
    table = np.array([[one[place] for one in found] for place in shared])
    different = sorted(set(rows))
    same = len(different) < 2 and len(rows) > 1
    if same or len(different) == len(rows):
        return Side(table, 0.0 if same else _overlap(sweep, columns), same)
    means = [table[[place == one for place in rows]].mean(axis=0) for one in different]
    return Side(np.array(means), _overlap(sweep, columns), same_rows=False)


def _scores(parts: Sequence[Part], metric: str) -> dict[tuple[int, int], float]:
    """By repeat and fold."""
    return {
        (part.repeat, part.fold): part.metrics[metric]
        for part in parts
        if part.error is None and metric in part.metrics
    }


def _rows_of(sweep: Sweep, repeat: int, fold: int) -> tuple[int, int]:
    return draw_of(sweep.evaluate, sweep.objective, repeat), fold


def _overlap(sweep: Sweep, columns: Sequence[Sequence[Part]]) -> float:
    evaluate = sweep.evaluate
    if sweep.task.name == "none":
        return 0.0
    if sweep.objective.split == "val" and evaluate.folds:
        return 1 / (evaluate.folds - 1)
    if sweep.objective.split == "val" and evaluate.first is None:
        return evaluate.validation / (1 - evaluate.validation)
    return _counted(sweep.objective.split, columns) or FOUR_TO_ONE


def _counted(split: str, columns: Sequence[Sequence[Part]]) -> float | None:
    """From how many rows somebody has judged, or a confusion matrix has."""
    for part in (part for parts in columns for part in parts):
        judged, trained = _rows(part, split), _rows(part, "train")
        if judged and trained:
            return judged / trained
    return None


def _rows(part: Part, split: str) -> float:
    counted: Mapping[str, float] = part.metrics
    if f"{split}_rows" in counted:
        return counted[f"{split}_rows"]
    return float(sum(map(sum, part.confusion.get(split, ()))))
