"""How far the largest of many paired t statistics strays when nothing is better than anything.

A parametric bootstrap of the maximum: scores are drawn from a normal distribution with the
covariance that was estimated, and every statistic is computed of them as of the measured ones. So
the correlation of paired differences, and configurations of unequal spread, are taken account of;
for equal ones it comes to Dunnett's critical value (Dunnett, JASA 50, 1955).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Drawn = npt.NDArray[np.float32]

DRAWS = 4000
"""So many that two standard errors of the level are 0.7 points."""

AT_ONCE = 2_000_000
"""Numbers that are held of one array of draws."""

MOST_DRAWN = 100
"""Columns that are drawn together in about a second; of more, Bonferroni's bound is taken."""

ADDED_VARIANCE = 0.05
"""Of the mean variance of all differences, added to each one's: without it a difference that
happened to be the same in every part would be infinitely many standard errors large. The draws are
treated alike, so the level stays (SAM: Tusher, Tibshirani and Chu, PNAS 98, 2001)."""


@dataclass(frozen=True)
class Paired:
    """Scores (parts, columns) of which a row's were had on the same rows of data, larger is better.

    At least two parts and two columns. `overlap` is n_test / n_train where the parts' training rows
    overlap, 0 where parts are independent.
    """

    scores: Array
    overlap: float

    @cached_property
    def means(self) -> Array:
        """Of each column (columns,)."""
        means: Array = self.scores.mean(axis=0)
        return means

    @cached_property
    def covariance(self) -> Array:
        """(columns, columns), of what is left when each part's own ease is taken out."""
        left = self.scores - self.means
        left -= left.mean(axis=1, keepdims=True)
        product: Array = left.T @ left / (len(left) - 1)
        return product

    @cached_property
    def errors(self) -> Array:
        """(columns, columns): the standard error of each difference of means.

        Its variance is s² (1 / parts + n_test / n_train), the corrected one of Nadeau and Bengio
        (Machine Learning 52, 2003): parts whose training rows overlap repeat each other.
        """
        parts = len(self.scores)
        return np.sqrt(_variances(self.covariance) * (1 / parts + self.overlap))

    def one_sided(self, confidence: float, draws: int = DRAWS) -> Array:
        """(columns,): how many standard errors others may be above each column by chance alone.

        With that probability no other is further above, when all are worth the same.
        """
        columns = self.scores.shape[1]
        if columns > MOST_DRAWN:
            return np.full(columns, self._bonferroni((1 - confidence) / (columns - 1)))
        found = [statistics.max(axis=2) for statistics in self._drawn(draws)]
        return _quantile(np.concatenate(found), confidence)

    def two_sided(self, control: int, confidence: float, draws: int = DRAWS) -> float:
        """How many standard errors any column may be from that one, above or below, by chance."""
        columns = self.scores.shape[1]
        if columns > MOST_DRAWN:
            return self._bonferroni((1 - confidence) / (columns - 1) / 2)
        found = []
        for statistics in self._drawn(draws):
            away = np.abs(np.delete(statistics[:, control], control, axis=1))
            found.append(away.max(axis=1, keepdims=True))
        return float(_quantile(np.concatenate(found), confidence)[0])

    def _bonferroni(self, level: float) -> float:
        from scipy.special import stdtrit

        return float(stdtrit(len(self.scores) - 1, 1 - level))

    def _drawn(self, draws: int) -> Iterator[Drawn]:
        """(draws, columns, columns) by blocks: how far the second column is above the first."""
        columns = self.scores.shape[1]
        rng = np.random.default_rng(0)
        # Single precision is as good for draws, and half the work.
        root = _root(_shrunk(self.covariance, len(self.scores))).astype(np.float32)
        diagonal = np.arange(columns)
        block = max(1, AT_ONCE // columns**2)
        for start in range(0, draws, block):
            count = min(block, draws - start)
            means = rng.standard_normal((count, columns), np.float32) @ root.T
            spread = np.sqrt(_variances(_wishart(rng, root, count, len(self.scores) - 1)))
            above = means[:, None, :] - means[:, :, None]
            statistics = np.divide(above, spread, out=np.zeros_like(above), where=spread > 0)
            statistics[:, diagonal, diagonal] = -np.inf
            yield statistics


def _variances(covariance: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(…, columns, columns): of each difference, with `ADDED_VARIANCE`; 0 on the diagonal."""
    columns = covariance.shape[-1]
    own = np.diagonal(covariance, axis1=-2, axis2=-1)
    found = np.maximum(own[..., :, None] + own[..., None, :] - 2 * covariance, 0)
    apart = ~np.eye(columns, dtype=bool)
    mean = found.sum(axis=(-2, -1), keepdims=True) / (columns * (columns - 1))
    variances: npt.NDArray[Any] = (found + ADDED_VARIANCE * mean) * apart
    return variances


def _shrunk(covariance: Array, parts: int) -> Array:
    """The covariance with correlations as much nearer to 0 as they are uncertain.

    Those of few parts and many columns leave directions out, and what is drawn of them strays too
    little. By how much: Schäfer and Strimmer (Stat. Appl. Genet. Mol. Biol. 4, 2005).
    """
    spread = np.sqrt(np.diagonal(covariance))
    known = np.where(spread > 0, spread, 1)
    correlation = covariance / np.outer(known, known)
    apart = ~np.eye(len(covariance), dtype=bool)
    squares = np.square(correlation[apart])
    uncertain = np.square(1 - squares).sum() / (parts - 1)
    share = 1.0 if squares.sum() == 0 else min(1.0, float(uncertain / squares.sum()))
    return np.where(apart, (1 - share) * covariance, covariance)


def _root(covariance: Array) -> Array:
    """A matrix whose product with its transpose is the covariance, singular or not."""
    values, vectors = np.linalg.eigh(covariance)
    root: Array = vectors * np.sqrt(np.maximum(values, 0))
    return root


def _wishart(rng: np.random.Generator, root: Drawn, count: int, degrees: int) -> Drawn:
    """(count, columns, columns): covariances estimated from `degrees` + 1 normal parts each.

    By Bartlett's decomposition where that draws fewer numbers than the parts themselves.
    """
    columns = len(root)
    if degrees < columns:
        drawn = rng.standard_normal((count, degrees, columns), np.float32) @ root.T
    else:
        lower = np.tril(rng.standard_normal((count, columns, columns), np.float32), -1)
        squares: Any = rng.chisquare(degrees - np.arange(columns), size=(count, columns))
        lower[:, np.arange(columns), np.arange(columns)] = np.sqrt(squares)
        drawn = np.swapaxes(root @ lower, 1, 2)
    found: Drawn = np.swapaxes(drawn, 1, 2) @ drawn / degrees
    return found


def _quantile(drawn: npt.NDArray[Any], confidence: float) -> Array:
    """(columns,) of (draws, columns): what the quantile of that order hardly exceeds.

    Two standard errors of the draws above their own quantile, so that no draw of ours makes the
    level less than was wanted.
    """
    draws = len(drawn)
    error = np.sqrt(draws * confidence * (1 - confidence))
    place = min(draws, int(np.ceil(draws * confidence + 2 * error))) - 1
    found: Array = np.sort(drawn, axis=0)[place]
    return found
