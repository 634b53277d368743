"""What of a sweep's findings can be trusted, in one value: tables, pictures and notes read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sweeps.found import Found
from sweeps.freshness import freshness
from sweeps.remembering import best_of
from sweeps.sweep import Goal, Sweep
from sweeps.trial import Result
from sweeps.trust.best_of_many import CONFIDENCE, half_width, with_best
from sweeps.trust.pairing import Side, side_by_side
from sweeps.trust.recommending import parameters_of, recommended
from sweeps.trust.rival import confirmed_rival, searched_rival
from sweeps.trust.rows import By, Confirmed, Missing, Optimism, Rival, interval


@dataclass(frozen=True)
class Trust:
    """What can be trusted. Without a confirmation there are no `rows` and nothing is recommended.

    `rows` are the confirmed configurations, the best first. Those `in_tie_set` contain the true
    best of them with the probability `confidence`. `parts` is how many scores each mean is of,
    `fresh` what the confirmation had that the search had not; with `same_rows` only seeds were, so
    that what is said holds for those rows. `winner` is the search's best trial.
    """

    metric: str
    goal: Goal
    confidence: float
    winner: int
    winner_score: float
    rows: tuple[Confirmed, ...] = ()
    missing: tuple[Missing, ...] = ()
    parts: int = 0
    fresh: str = ""
    same_rows: bool = False
    recommended: int | None = None
    by: By | None = None
    optimism: Optimism | None = None
    baseline: Rival | None = None

    @property
    def tie_set(self) -> tuple[Confirmed, ...]:
        """The rows that cannot be told from the true best, the best mean first."""
        return tuple(row for row in self.rows if row.in_tie_set)

    @property
    def choice(self) -> Confirmed | None:
        """The row that is recommended."""
        return next((row for row in self.rows if row.trial == self.recommended), None)

    def to_dict(self) -> Mapping[str, Any]:
        """As plain data for JSON."""
        return asdict(self) | {"tie_set": [row.trial for row in self.tie_set]}


def trust_of(found: Found) -> Trust | None:
    """None where there is no best trial: nothing has a score, or several objectives decide.

    Deterministic: the same results are judged the same, wherever.
    """
    scored = [one for one in found.results if one.score is not None]
    if not scored or found.sweep.further:
        return None
    winner = best_of(found.sweep, scored)
    if winner is None:
        return None
    again = [one for one in found.confirmed if one.score is not None]
    side = side_by_side(found.sweep, [one.parts for one in again])
    if not again or not len(side.scores):
        return _searched(found, winner)
    return _confirmed(found, winner, again, side)


def _searched(found: Found, winner: Result) -> Trust:
    objective = found.sweep.objective
    assert winner.score is not None
    return Trust(
        metric=objective.metric,
        goal=objective.goal,
        confidence=CONFIDENCE,
        winner=winner.trial.number,
        winner_score=winner.score,
        missing=_missing(found),
        baseline=searched_rival(found, winner.score),
    )


def _confirmed(found: Found, winner: Result, again: Sequence[Result], side: Side) -> Trust:
    sweep = found.sweep
    rows = _rows(found, again, side)
    chosen, by = recommended(rows, sweep.objective.goal)
    assert winner.score is not None
    return Trust(
        metric=sweep.objective.metric,
        goal=sweep.objective.goal,
        confidence=CONFIDENCE,
        winner=winner.trial.number,
        winner_score=winner.score,
        rows=tuple(sorted(rows, key=lambda row: (sweep.objective.minimised(row.score), row.trial))),
        missing=_missing(found),
        parts=len(side.scores),
        fresh=freshness(sweep),
        same_rows=side.same_rows,
        recommended=chosen.trial,
        by=by,
        optimism=_optimism(sweep, winner, rows, side.overlap),
        baseline=confirmed_rival(found, again, chosen),
    )


def _rows(found: Found, again: Sequence[Result], side: Side) -> list[Confirmed]:
    sign = 1.0 if found.sweep.objective.goal == "maximize" else -1.0
    compared = with_best(sign * side.scores, side.overlap)
    alone = len(again) == 1
    searched = {one.trial.number: one.score for one in found.results}
    return [
        Confirmed(
            trial=_of_search(result),
            again=result.trial.number,
            config=result.trial.config,
            search_score=searched.get(_of_search(result)),
            score=float(side.scores[:, column].mean()),
            scores=tuple(map(float, side.scores[:, column])),
            difference=None
            if alone
            else interval(sign, compared.lower[column], compared.upper[column]),
            in_tie_set=bool(compared.tied[column]),
            parameters=parameters_of(result.metrics),
            epochs=result.metrics.get("epochs"),
            unseen=_unseen(found.sweep, result),
        )
        for column, result in enumerate(again)
    ]


def _of_search(result: Result) -> int:
    assert result.trial.confirms is not None
    return result.trial.confirms


def _optimism(
    sweep: Sweep, winner: Result, rows: Sequence[Confirmed], overlap: float
) -> Optimism | None:
    """None where the search's best was not confirmed: it failed, or was not trained in full."""
    row = next((row for row in rows if row.trial == winner.trial.number), None)
    if row is None or winner.score is None:
        return None
    gap = sweep.objective.minimised(row.score) - sweep.objective.minimised(winner.score)
    away = half_width(np.array(row.scores), overlap)
    known = None if away is None else (gap - away, gap + away)
    return Optimism(winner.trial.number, winner.score, row.score, gap, known, row.unseen)


def _unseen(sweep: Sweep, result: Result) -> float | None:
    """On the test rows; None where those decided, or the metric is not measured there."""
    objective = sweep.objective
    if objective.metric != f"val_{objective.measure}":
        return None
    return result.metrics.get(f"test_{objective.measure}")


def _missing(found: Found) -> tuple[Missing, ...]:
    """Confirmations that were begun and have no score."""
    return tuple(
        Missing(begun.trial.confirms, _why(begun.result))
        for begun in found.trials
        if begun.trial.confirms is not None and (begun.result is None or begun.result.score is None)
    )


def _why(result: Result | None) -> str:
    return "not there yet" if result is None or result.error is None else result.error.reason
