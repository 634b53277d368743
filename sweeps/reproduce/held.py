"""Published figures held against ours, and the tables that say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from sweeps.reports.tables import Table
from sweeps.reproduce.answers import Answer, Range
from sweeps.reproduce.estimators import Scores
from sweeps.reproduce.intervals import Estimate, of_mean
from sweeps.reproduce.readings import read
from sweeps.reproduce.study import Figure
from sweeps.trial import Result


@dataclass(frozen=True)
class Held:
    """One published figure, our own draws of it (one a repeat), and what they say of it.

    `estimate` is the mean of ours with its 95 % interval, None where there is but one draw. It
    holds when the whole interval lies in `needed`; figures that nobody published have neither.
    """

    label: str
    published: str
    ours: tuple[float, ...]
    estimate: Estimate | None
    needed: Range | None
    verdict: Answer | None
    digits: int


def hold(
    figures: Sequence[Figure],
    results: Mapping[str, Sequence[Result]],
    baselines: Mapping[str, Scores],
) -> tuple[Held, ...]:
    """Every figure of which something was run, in the study's order."""
    ran = {*results, *baselines}
    return tuple(
        _held(figure, tuple(read(figure.ours, results, baselines).values()))
        for figure in figures
        if set(figure.ours.sources) <= ran
    )


def figures_table(held: Sequence[Held]) -> Table:
    """One row a figure: published, ours, spread and verdict."""
    rows = [
        (
            one.label,
            one.published,
            _shown(one, fmean),
            f"{_shown(one, min)} to {_shown(one, max)}" if len(one.ours) > 1 else "",
            str(len(one.ours)),
            "" if one.needed is None else one.needed.shown(one.digits),
            one.verdict or "",
        )
        for one in held
    ]
    return Table(
        "figures",
        "Published against ours: the mean over repeats, each with a seed of its own",
        ("figure", "published", "ours", "lowest to highest", "repeats", "holds if", "verdict"),
        tuple(rows),
    )


def sources_table(figures: Sequence[Figure], held: Sequence[Held]) -> Table:
    """Where each figure stands in its source, and what stands there."""
    labels = {one.label for one in held}
    rows = [(one.label, one.place, one.says) for one in figures if one.label in labels]
    return Table(
        "sources",
        "Where the figures stand",
        ("figure", "section", "what stands there"),
        tuple(rows),
    )


def _shown(one: Held, summary: Callable[[Sequence[float]], float]) -> str:
    # Adding zero makes a negative zero, to which a small difference is rounded, a plain one.
    return f"{round(summary(one.ours), one.digits) + 0.0:.{one.digits}f}" if one.ours else ""


def _held(figure: Figure, ours: tuple[float, ...]) -> Held:
    single = len(ours) == 1 and figure.ours.exact
    estimate = Estimate(ours[0], ours[0], ours[0]) if single else of_mean(ours)
    needed = figure.needed
    return Held(
        label=figure.label,
        published=figure.shown,
        ours=ours,
        estimate=estimate,
        needed=needed,
        verdict=None if needed is None else needed.answer(estimate),
        digits=figure.digits,
    )
