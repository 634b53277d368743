"""Whole sweeps of which the truth is known: a search, and the confirmation of its best ten."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sweeps.found import Found
from sweeps.reading.sweep import read_sweep
from sweeps.trial import Part, Result, Trial
from sweeps.trust.baseline import Baseline
from sweeps.trust.max_t import Array
from sweeps.trust.trust import trust_of
from tests.sweeps.founds import found
from tests.sweeps.trust.simulated import Confirmation, Random, accuracies, centroids

Draw = Callable[[Random], Confirmation]

TRIALS = 60
TOP, REPEATS = 10, 10
ROWS = 120
STRENGTH = np.linspace(0.8, 1.1, TRIALS)

SWEEP = read_sweep(
    {
        "task": "penguins",
        "space": {"width": {"low": 1, "high": 500}},
        "search": {"backend": "random", "trials": TRIALS},
        "evaluate": {"confirm_top": TOP, "repeats": REPEATS},
    }
)


def result(
    trial: Trial, scores: Sequence[float], first_repeat: int = 0, metrics: Mapping[str, float] = {}
) -> Result:
    """A trial with a part of one fold for each score."""
    parts = tuple(
        Part(0, first_repeat + position, {"val_accuracy": score, **metrics}, {}, 1.0)
        for position, score in enumerate(scores)
    )
    mean = float(np.mean(scores))
    return Result(trial, mean, {"val_accuracy": mean, **metrics}, {}, float(len(parts)), parts)


def confirmed(
    searched: Array,
    again: Array,
    unseen: Array | None = None,
    baseline: Baseline | None = None,
) -> Found:
    """A sweep with these scores (trials,), and those of its best again (parts, configurations).

    `unseen` (parts, configurations) are those on the test rows.
    """
    configs = [{"width": number + 1} for number in range(len(searched))]
    results = [result(Trial(n, configs[n]), [float(score)]) for n, score in enumerate(searched)]
    best = np.argsort(-searched, kind="stable")[: again.shape[1]]
    for place, number in enumerate(map(int, best)):
        trial = Trial(len(searched) + place, configs[number], confirms=number)
        also = {} if unseen is None else {"test_accuracy": float(unseen[:, place].mean())}
        results.append(result(trial, again[:, place].tolist(), first_repeat=1, metrics=also))
    return found(SWEEP, results, baseline)


@dataclass(frozen=True)
class Promise:
    """Of many sweeps, means: what the search's best promised too much in truth, and as reported.

    `held` is how often the reported interval had what it had promised too much in truth, `unseen`
    the promise less the score on the test rows; `covered` how often the tie set had the best of
    those confirmed; `size` the configurations in it.
    """

    sweeps: int
    optimism: float
    reported: float
    held: float
    unseen: float
    covered: float
    size: float


def promise(sweeps: int, draw: Draw, seed: int = 0) -> Promise:
    """Search, confirm the best ten, and see what the search's best had promised."""
    figures = np.array([_one(draw(np.random.default_rng((seed, n)))) for n in range(sweeps)])
    return Promise(sweeps, *map(float, figures.mean(axis=0)))


def same_rows(random: Random) -> Confirmation:
    """The search judges by one split of 120 rows, the confirmation by ten others of the same."""
    return centroids(random, ROWS, 1 + REPEATS, folds=0, strength=STRENGTH, unseen=60)


def other_rows(random: Random) -> Confirmation:
    """The search and each part of the confirmation judge by rows of their own."""
    truth = np.linspace(0.80, 0.85, TRIALS)
    drawn = accuracies(random, truth, 2 + REPEATS, rows=55, alike=0.8)
    return Confirmation(drawn.scores[:-1], truth, drawn.scores[-1:])


def _one(drawn: Confirmation) -> tuple[float, ...]:
    searched = drawn.scores[0]
    best = np.argsort(-searched, kind="stable")[:TOP]
    assert drawn.unseen is not None
    trust = trust_of(confirmed(searched, drawn.scores[1:, best], drawn.unseen[:, best]))
    assert trust is not None and trust.optimism is not None
    known = trust.optimism
    assert known.interval is not None and known.unseen is not None
    optimism = trust.winner_score - drawn.truth[trust.winner]
    held = known.interval[0] <= optimism <= known.interval[1]
    tied = {row.trial for row in trust.tie_set}
    truly_best = int(best[drawn.truth[best].argmax()])
    unseen = trust.winner_score - known.unseen
    return optimism, known.gap, held, unseen, truly_best in tied, len(tied)
