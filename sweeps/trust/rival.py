"""The simple model beside the configurations, by the same parts."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from sweeps.found import Found
from sweeps.trial import Result
from sweeps.trust.best_of_many import above_control
from sweeps.trust.pairing import side_by_side
from sweeps.trust.recommending import parameters_of
from sweeps.trust.rows import Confirmed, Interval, Rival, interval


def searched_rival(found: Found, best: float) -> Rival | None:
    """Beside the search's best score. None where no model was measured on the search's rows."""
    rival = _rival(found, None)
    if rival is None or rival.search_score is None:
        return None
    objective = found.sweep.objective
    beaten = objective.minimised(best) < objective.minimised(rival.search_score)
    return Rival(rival.name, rival.search_score, None, None, beaten, rival.parameters)


def confirmed_rival(found: Found, again: Sequence[Result], chosen: Confirmed) -> Rival | None:
    """Beside the recommended configuration, paired. None where there is no such model."""
    return _rival(found, _difference(found, again, chosen))


def _rival(found: Found, difference: Interval | None) -> Rival | None:
    baseline = found.baseline
    if baseline is None or not baseline.parts:
        return None
    return Rival(
        name=baseline.name,
        search_score=_mean(found, confirmed=False),
        score=_mean(found, confirmed=True),
        difference=difference,
        beaten=None if difference is None else _all_better(found, difference),
        parameters=parameters_of(baseline.parts[0].metrics),
    )


def _difference(found: Found, again: Sequence[Result], chosen: Confirmed) -> Interval | None:
    if found.baseline is None:
        return None
    side = side_by_side(found.sweep, [found.baseline.parts, *(one.parts for one in again)])
    if not len(side.scores):
        return None
    lower, upper = above_control(side.scores[:, 1:], side.scores[:, 0], side.overlap)
    column = next(at for at, one in enumerate(again) if one.trial.number == chosen.again)
    return interval(1.0, lower[column], upper[column])


def _all_better(found: Found, difference: Interval) -> bool:
    """Whether every difference in the interval is to the better."""
    low, high = difference
    return low > 0 if found.sweep.objective.goal == "maximize" else high < 0


def _mean(found: Found, *, confirmed: bool) -> float | None:
    """Over the rows of the search, or of its confirmation; None where nothing was measured."""
    assert found.baseline is not None
    metric, searched = found.sweep.objective.metric, found.sweep.evaluate.repeats
    scores = [
        part.metrics[metric]
        for part in found.baseline.parts
        if metric in part.metrics and part.error is None and (part.repeat >= searched) == confirmed
    ]
    return fmean(scores) if scores else None
