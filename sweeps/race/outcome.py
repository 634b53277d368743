"""What came of a race: curves, areas, what was found, and who is ahead."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from statistics import fmean

from sweeps.ledger.view import LedgerView
from sweeps.parts import problem_of
from sweeps.race.curves import Curve, area, common_start, curve_of
from sweeps.race.race import Place, Race
from sweeps.race.standing import Standing
from sweeps.race.verdict import FEWEST, Verdict, complete, friedman, verdict
from sweeps.reading.sweep import read_sweep

Figures = Mapping[str, tuple[float, ...]]
"""By backend, a figure for every repeat that is compared, in their order."""


@dataclass(frozen=True)
class Outcome:
    """A race as far as it can be judged: of every repeat that all of its sweeps have finished.

    `areas` are the mean best-so-far scores between `start` epochs, from when on every sweep had a
    score, and the limit; `finals` the best scores within the limit, `tests` what those trials came
    to on the test rows (NaN where nobody measured that). Both verdicts are about these figures;
    `p_value` is that of Friedman's test that areas are alike, None where they are too few.
    """

    race: Race
    metric: str
    maximize: bool
    repeats: tuple[int, ...]
    curves: Mapping[str, tuple[Curve, ...]]
    start: float
    areas: Figures
    finals: Figures
    tests: Figures
    by_area: Verdict
    by_final: Verdict
    p_value: float | None


def outcome_of(standing: Standing, ledger_url: str) -> Outcome | None:
    """What came of the race so far; None while no repeat is complete."""
    race, repeats = standing.race, tuple(standing.comparable)
    if not repeats:
        return None
    with closing(LedgerView(ledger_url)) as ledger:
        seen = {
            backend: [_seen(ledger, standing, Place(backend, repeat)) for repeat in repeats]
            for backend in race.backends
        }
        first = next(iter(standing.rows.values()))
        objective = read_sweep(ledger.document(first.sweep_id)).objective
    curves = {backend: tuple(curve for curve, _ in its) for backend, its in seen.items()}
    start = common_start([one for its in curves.values() for one in its])
    areas = _each(curves, lambda curve: area(curve, start, race.epochs))
    finals = _each(curves, lambda curve: curve.last)
    maximize = objective.goal == "maximize"
    return Outcome(
        race=race,
        metric=objective.metric,
        maximize=maximize,
        repeats=repeats,
        curves=curves,
        start=start,
        areas=areas,
        finals=finals,
        tests={backend: tuple(test for _, test in its) for backend, its in seen.items()},
        by_area=verdict(areas, maximize=maximize),
        by_final=verdict(finals, maximize=maximize),
        p_value=friedman(complete(areas)) if complete(areas).shape[1] >= FEWEST else None,
    )


def _seen(ledger: LedgerView, standing: Standing, place: Place) -> tuple[Curve, float]:
    """A sweep's curve, and what the best it found came to on the test rows (NaN: nobody knows)."""
    sweep_id = standing.rows[place].sweep_id
    sweep = read_sweep(ledger.document(sweep_id))
    results = [one for one in ledger.briefs(sweep_id) if one.trial.confirms is None]
    curve = curve_of(sweep, problem_of(sweep), results, standing.race.epochs)
    best = next((one for one in results if one.trial.number in curve.trials[-1:]), None)
    name = f"test_{sweep.objective.measure}"
    return curve, math.nan if best is None else best.metrics.get(name, math.nan)


def _each(curves: Mapping[str, tuple[Curve, ...]], figure: Callable[[Curve], float]) -> Figures:
    return {backend: tuple(map(figure, its)) for backend, its in curves.items()}


def mean(figures: tuple[float, ...]) -> float:
    """The mean of those that are known; NaN of none."""
    known = [one for one in figures if math.isfinite(one)]
    return fmean(known) if known else math.nan
