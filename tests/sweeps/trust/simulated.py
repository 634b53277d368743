"""Sweeps whose truth is known: what their confirmations score, and what each is worth in truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import numpy.typing as npt

from sweeps.trust.best_of_many import half_width, with_best
from sweeps.trust.max_t import Array

Random = np.random.Generator
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Confirmation:
    """Scores (parts, configurations), larger is better, and what each configuration is worth.

    `unseen` are scores on rows that no part was chosen by.
    """

    scores: Array
    truth: Array
    unseen: Array | None = None


@dataclass(frozen=True)
class Scenario:
    """A kind of sweep. `overlap` is n_test / n_train where parts share training rows."""

    name: str
    draw: Callable[[Random], Confirmation]
    overlap: float = 0.0


def normal(
    random: Random, truth: Array, parts: int, spread: Array | float = 1.0, group: int = 1
) -> Confirmation:
    """Independent parts that have an ease of their own; each `group` of columns is much alike."""
    count = len(truth)
    alike = random.normal(size=(parts, count))[:, np.arange(count) // group]
    own = 0.3 * random.normal(size=(parts, count)) + alike if group > 1 else alike
    return Confirmation(truth + random.normal(size=(parts, 1)) + spread * own, truth)


def accuracies(random: Random, truth: Array, parts: int, rows: int, alike: float) -> Confirmation:
    """Shares of `rows` that were right; configurations mostly agree on which rows are hard."""
    ease = random.uniform(size=(parts, rows, 1))
    own = random.uniform(size=(parts, rows, len(truth)))
    agree = random.uniform(size=own.shape) < alike
    return Confirmation((np.where(agree, ease, own) < truth).mean(axis=1), truth)


def overlapping(random: Random, truth: Array, repeats: int, folds: int) -> Confirmation:
    """Parts as Nadeau and Bengio model them: correlated by the rows' share that is tested on."""
    shared = np.sqrt(1 / folds) * random.normal(size=len(truth))
    own = np.sqrt(1 - 1 / folds) * random.normal(size=(repeats * folds, len(truth)))
    return Confirmation(truth + shared + own, truth)


COLUMNS_EACH = 2
TESTED = 20_000
"""Rows that tell what a learner is worth, to 0.3 points for each of many training sets."""


def centroids(
    random: Random, rows: int, repeats: int, folds: int, strength: Array, unseen: int = 1
) -> Confirmation:
    """Nearest centroids on real folds of real rows: no model of how parts are correlated.

    Each learner sees two columns of its own, which tell the classes as far apart as `strength`
    says (learners,). With `folds` of 0 each repeat tests on a fifth of the rows, drawn anew.
    `unseen` rows are in none of the folds.
    """
    x, y = _rows(random, rows + unseen, strength)
    x, others, y, kinds = x[:rows], x[rows:], y[:rows], y[rows:]
    tested = _masks(random, rows, repeats, folds)
    return Confirmation(
        _scored(x, y, x, y, tested),
        _worth(rows, max(folds, 5), tuple(strength)),
        _scored(x, y, others, kinds, tested),
    )


def _rows(random: Random, rows: int, strength: Array) -> tuple[Array, Mask]:
    y = np.arange(rows) % 2 == 1
    apart = np.repeat(strength, COLUMNS_EACH) / 2
    x = random.normal(size=(rows, len(apart))) + np.where(y[:, None], apart, -apart)
    return x, y


def _masks(random: Random, rows: int, repeats: int, folds: int) -> Mask:
    """(parts, rows): which are tested on."""
    drawn = []
    for _ in range(repeats):
        place = random.permutation(rows)
        kept = [place % folds == fold for fold in range(folds)] if folds else [place < rows // 5]
        drawn.extend(kept)
    return np.array(drawn)


def _scored(x: Array, y: Mask, judged: Array, truth: Mask, tested: Mask) -> Array:
    """(parts, learners): accuracy on the tested rows, or on all where other rows are judged."""
    trained = ~tested
    centres = [
        (trained & (y == kind)) @ x / (trained & (y == kind)).sum(axis=1, keepdims=True)
        for kind in (False, True)
    ]
    towards = (centres[1] - centres[0]).reshape(len(tested), -1, COLUMNS_EACH)
    bias = ((centres[0] ** 2 - centres[1] ** 2) / 2).reshape(towards.shape).sum(axis=2)
    columns = judged.reshape(len(judged), -1, COLUMNS_EACH)
    right = (np.einsum("rlc,plc->prl", columns, towards) + bias[:, None] > 0) == truth[:, None]
    if judged is not x:
        return right.mean(axis=1)
    found: Array = (right & tested[:, :, None]).sum(axis=1) / tested.sum(axis=1)[:, None]
    return found


@cache
def _worth(rows: int, share: int, strength: tuple[float, ...]) -> Array:
    """What learners trained on so many rows less a share score on rows they never saw."""
    random = np.random.default_rng(99)
    judged, truth = _rows(random, TESTED, np.array(strength))
    found = []
    for _ in range(100):
        x, y = _rows(random, rows, np.array(strength))
        found.append(_scored(x, y, judged, truth, _masks(random, rows, 1, share)[:1])[0])
    return np.mean(found, axis=0)


FLAT = np.zeros(10)
ONE = np.where(np.arange(10) == 3, 1.5, 0.0)
NEAR = -0.05 * np.arange(20)
SPREADS = np.linspace(0.2, 3.0, 10)
LAST = np.where(np.arange(10) == 9, 1e-9, 0.0)
EQUAL = np.full(10, 0.9)
LADDER = np.linspace(0.9, 1.3, 10)

SCENARIOS = (
    Scenario("all equal, 10 of 5", partial(normal, truth=FLAT, parts=5)),
    Scenario("all equal, 20 of 10", partial(normal, truth=np.zeros(20), parts=10)),
    Scenario("one clearly better, 10 of 20", partial(normal, truth=ONE, parts=20)),
    Scenario("many near ties, 20 of 10", partial(normal, truth=NEAR, parts=10)),
    Scenario(
        "the best is steadiest, 10 of 8", partial(normal, truth=FLAT, parts=8, spread=SPREADS)
    ),
    Scenario("the best strays most, 10 of 8", partial(normal, truth=LAST, parts=8, spread=SPREADS)),
    Scenario("groups much alike, 12 of 10", partial(normal, truth=np.zeros(12), parts=10, group=3)),
    Scenario(
        "69 rows, all 0.97, 10 of 10",
        partial(accuracies, truth=FLAT + 0.97, parts=10, rows=69, alike=0.8),
    ),
    Scenario(
        "69 rows, 0.95 to 0.98, 10 of 20",
        partial(accuracies, truth=np.linspace(0.95, 0.98, 10), parts=20, rows=69, alike=0.8),
    ),
    Scenario(
        "modelled folds, 10 of 5 x 5", partial(overlapping, truth=FLAT, repeats=5, folds=5), 0.25
    ),
    Scenario(
        "real folds, 120 rows, 10 of 4 x 5",
        partial(centroids, rows=120, repeats=4, folds=5, strength=EQUAL),
        0.25,
    ),
    Scenario(
        "real folds, 300 rows, 10 of 10 x 5",
        partial(centroids, rows=300, repeats=10, folds=5, strength=LADDER),
        0.25,
    ),
    Scenario(
        "real splits, 70 rows, 10 of 20",
        partial(centroids, rows=70, repeats=20, folds=0, strength=EQUAL),
        0.25,
    ),
)
"""`10 of 5`: ten configurations, five parts of each (repeats x folds where rows are shared)."""


@dataclass
class Coverage:
    """Of so many sweeps: how often the tie set had the true best in it, and how large it was.

    `bounded` is how often all intervals held at once. `pairs` is the same as `covered` for tests of
    each against the observed best at 5 %, `naive` the same without the corrected variance.
    """

    sweeps: int
    covered: float
    size: float
    bounded: float
    pairs: float
    naive: float
    configurations: int


def coverage(scenario: Scenario, sweeps: int, seed: int = 0) -> Coverage:
    """Simulate so many sweeps. Of configurations worth the same, the first stands for the best."""
    found = np.array([_one(scenario, np.random.default_rng((seed, n))) for n in range(sweeps)])
    covered, size, bounded, pairs, naive, count = map(float, found.mean(axis=0))
    return Coverage(sweeps, covered, size, bounded, pairs, naive, round(count))


def _one(scenario: Scenario, random: Random) -> tuple[float, ...]:
    drawn = scenario.draw(random)
    scores, truth = drawn.scores, drawn.truth
    best = int(truth.argmax())
    found = with_best(scores, scenario.overlap)
    others = np.array([np.delete(truth, k).max() for k in range(len(truth))])
    above = truth - others
    held = (found.lower <= above + 1e-12).all() and (above <= found.upper + 1e-12).all()
    pairs = pairwise(scores, scenario.overlap)[best]
    naive = pairwise(scores, 0.0)[best]
    return found.tied[best], found.tied.sum(), held, pairs, naive, len(truth)


def pairwise(scores: Array, overlap: float) -> Mask:
    """(configurations,): what a t test at 5 % cannot tell from the observed best."""
    leader = scores.mean(axis=0).argmax()
    kept = []
    for column in range(scores.shape[1]):
        less = scores[:, leader] - scores[:, column]
        room = half_width(less, overlap)
        assert room is not None
        kept.append(bool(less.mean() <= room))
    return np.array(kept)
