"""Comparison with the true best of many configurations, by their scores on the same parts.

Hsu's multiple comparisons with the best: whatever the true best is, with a probability of 95 % the
tie set contains it, and all intervals hold at the same time. Tests of each against the *observed*
best at 5 % do not give that: the observed best is the one that was luckiest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sweeps.trust.max_t import Array, Paired

CONFIDENCE = 0.95


@dataclass(frozen=True)
class WithBest:
    """Of each configuration (configurations,), larger is better.

    `lower` to `upper` is how much it is worth more than the best of the others: 0 at most for
    what cannot be the best, 0 at least for what must be. `tied` are those that cannot be told from
    the true best.
    """

    means: Array
    lower: Array
    upper: Array
    tied: npt.NDArray[np.bool_]


def with_best(scores: Array, overlap: float, confidence: float = CONFIDENCE) -> WithBest:
    """Compare configurations (parts, configurations) with the true best among them.

    Parts are one repeat's fold each; `overlap` is as in `Paired`. Less than two parts say nothing
    of chance: all are tied then, and intervals are infinite. Degrees of freedom are parts - 1: in
    simulations with real folds (`python -m tests.benchmarks --only trust`) fewer would cover more
    than was asked for. Source: Edwards and Hsu, JASA 78, 1983 (constrained intervals, one critical
    value for each configuration as control).
    """
    parts, count = scores.shape
    if count == 1:
        nothing = np.zeros(1)
        return WithBest(scores.mean(axis=0), nothing, nothing, np.ones(1, bool))
    if parts < 2:
        wide = np.full(count, np.inf)
        return WithBest(scores.mean(axis=0), -wide, wide, np.ones(count, bool))
    paired = Paired(scores, overlap)
    above = paired.means[:, None] - paired.means[None, :]
    room = paired.one_sided(confidence)[:, None] * paired.errors
    if _mute(paired, (count - 1) * 2.0**-parts, confidence):
        room = np.abs(above)
    upper = _others(above + room, np.inf).min(axis=1)
    # Means of equal scores may differ by a rounding.
    tied = upper >= -1e-12 * np.abs(scores).max()
    against = _others(np.where(tied[None, :], above - room.T, np.inf), np.inf)
    lower = against.min(axis=1)
    if tied.sum() == 1:
        lower[tied] = 0
    return WithBest(paired.means, lower, np.maximum(upper, 0), tied)


def above_control(
    scores: Array, control: Array, overlap: float, confidence: float = CONFIDENCE
) -> tuple[Array, Array]:
    """How much each configuration is worth more than the control (parts,): lower and upper bounds.

    All hold at the same time, so the one that was chosen for its scores has no advantage. Infinite
    for less than two parts.
    """
    if len(scores) < 2:
        wide = np.full(scores.shape[1], np.inf)
        return -wide, wide
    paired = Paired(np.column_stack([control, scores]), overlap)
    above = paired.means[1:] - paired.means[0]
    room = paired.two_sided(0, confidence) * paired.errors[0, 1:]
    if _mute(paired, scores.shape[1] * 2.0 ** (1 - len(scores)), confidence):
        room = np.abs(above)
    return above - room, above + room


def _mute(paired: Paired, chance: float, confidence: float) -> bool:
    """Whether all differences are the same in every part, and parts are so few that this happens.

    Accuracies on few rows are often equal. Such parts say nothing of spread, only of the sign of a
    difference: by `chance` it is the same in all of them. Where not even parts differ, nothing is
    left to chance: a function that draws no numbers.
    """
    if not np.ptp(paired.scores, axis=0).any():
        return False
    apart = np.abs(paired.means[:, None] - paired.means[None, :]).max()
    return bool(paired.errors.max() <= 1e-9 * apart) and chance > 1 - confidence


def half_width(scores: Array, overlap: float, confidence: float = CONFIDENCE) -> float | None:
    """How far the true mean may be from that of the scores (parts,); None for a single one."""
    if len(scores) < 2:
        return None
    from scipy.special import stdtrit

    error = scores.std(ddof=1) * np.sqrt(1 / len(scores) + overlap)
    return float(stdtrit(len(scores) - 1, (1 + confidence) / 2) * error)


def _others(table: Array, instead: float) -> Array:
    """The table with that on its diagonal: nothing is compared with itself."""
    return np.where(np.eye(len(table), dtype=bool), instead, table)
