"""The rows of what can be trusted: configurations, their simple rival, what is missing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from sweeps.trial import Config

Interval = tuple[float, float]


def interval(sign: float, low: float, high: float) -> Interval | None:
    """Both bounds times the sign, the lower first; None where they are infinite."""
    if not math.isfinite(low) or not math.isfinite(high):
        return None
    ends = sorted((sign * float(low), sign * float(high)))
    # What is 0 is not shown as -0.
    return ends[0] + 0.0, ends[1] + 0.0


By = Literal["parameters", "epochs", "score"]
"""Why one of the tie set is recommended: it has the fewest parameters, was trained for the fewest
epochs, or has the best confirmed mean."""


@dataclass(frozen=True)
class Confirmed:
    """A configuration that was trained again: `trial` in the search, `again` to confirm it.

    `score` is the confirmed mean and `scores` what it is the mean of; `difference` its interval
    against the best of the others, in the metric's units (a minimised metric's is above 0 for what
    is worse); the intervals of all rows hold at the same time. None where a single part says
    nothing of chance, and where there is no other. `unseen` is what the confirmation came to on the
    test rows, where nothing was chosen by them.
    """

    trial: int
    again: int
    config: Config
    search_score: float | None
    score: float
    scores: tuple[float, ...]
    difference: Interval | None
    in_tie_set: bool
    parameters: int | None = None
    epochs: float | None = None
    unseen: float | None = None


@dataclass(frozen=True)
class Optimism:
    """How much the search promised too much with the score of its best trial.

    `gap` is its search score less its confirmed mean, more than 0 where it promised too much
    whichever way the metric is better; `interval` is by that of the confirmed mean, at 95 %. Where
    both were had on parts of the same rows the gap tells too little: what suited those rows was
    chosen. `unseen` is the score on the test rows, where nothing was chosen by them.
    """

    trial: int
    search_score: float
    score: float
    gap: float
    interval: Interval | None
    unseen: float | None = None


@dataclass(frozen=True)
class Rival:
    """The simple model beside the configurations.

    `search_score` and `score` are its means over the rows of the search and of the confirmation.
    `difference` is the recommended configuration's score less the model's, an interval that holds
    whichever was recommended. `beaten`: that interval is on the better side of 0. Without a
    confirmation, whether the search's best score is better at all; scores that were chosen from
    many flatter the search, so only False says something then.
    """

    name: str
    search_score: float | None
    score: float | None
    difference: Interval | None
    beaten: bool | None
    parameters: int | None = None


@dataclass(frozen=True)
class Missing:
    """A configuration whose confirmation has no score."""

    trial: int
    why: str
