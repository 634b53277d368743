"""What is new to the fits that confirm a search's best configurations: seeds, and rows if it can.

The repeats of a confirmation are numbered on from the search's, and seeds follow from the number.
Rows do where they are drawn.
"""

from __future__ import annotations

from sweeps.sweep import Evaluate, Objective, Sweep


def draw_of(evaluate: Evaluate, objective: Objective, repeat: int) -> int:
    """Which draw of the rows a repeat has: equal draws are equal rows, fold by fold.

    All repeats of a search have draw 0 unless each is split anew; those of a confirmation have one
    each, the same for every configuration, where folds or validation rows are drawn at all.
    """
    if evaluate.resplit:
        return repeat
    if repeat < evaluate.repeats or not _drawn(evaluate, objective):
        return 0
    return repeat


def freshness(sweep: Sweep) -> str:
    """What its confirmations have that no trial of the search had, in words."""
    evaluate = sweep.evaluate
    if sweep.task.name == "none":
        return "fresh seeds"
    if evaluate.resplit:
        return "fresh seeds, fresh splits into training and test rows"
    if not _drawn(evaluate, sweep.objective):
        return "fresh seeds, the same rows"
    return "fresh seeds and folds" if evaluate.folds else "fresh seeds and validation rows"


def _drawn(evaluate: Evaluate, objective: Objective) -> bool:
    """Whether chance decides which of the training rows are validated on."""
    if objective.split != "val":
        return False
    return evaluate.shuffle if evaluate.folds else evaluate.first is None
