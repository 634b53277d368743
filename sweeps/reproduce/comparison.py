"""Published values against ours, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sweeps.reports.tables import Table
from sweeps.reproduce.published import PublishedRun, PublishedSearch

EXACT = ("parameters",)
"""Figures that are no random draws."""

WORDS = {
    "parameters": "parameters",
    "train_accuracy": "train accuracy",
    "test_accuracy": "test accuracy",
    "epochs": "epochs trained",
    "first_loss": "loss, first epoch",
    "last_loss": "loss, last epoch",
    "first_test_loss": "test loss, first epoch",
    "last_test_loss": "test loss, last epoch",
}


@dataclass(frozen=True)
class Compared:
    """One published figure and our own draws of it, the one of split 0 first."""

    run: str
    figure: str
    published: float
    ours: tuple[float, ...]

    @property
    def sits(self) -> str:
        """Where the published single run lies among ours, both rounded as it was published."""
        count = len(self.ours)
        if self.figure in EXACT:
            return "equal" if set(self.ours) == {self.published} else "DIFFERS"
        digits = _digits(self.published)
        rounded = np.round(self.ours, digits)
        if count == 1:
            return _beside(self.published, float(rounded[0]))
        above = int((rounded < self.published).sum())
        equal = int((rounded == self.published).sum())
        if above == count or above + equal == 0:
            return f"{'above' if above else 'below'} all {count}"
        level = f", level with {equal}" if equal else ""
        return f"above {above}{level} of {count}"


def _beside(published: float, ours: float) -> str:
    if published == ours:
        return "level with ours"
    return "above ours" if published > ours else "below ours"


def compare(run: PublishedRun, ours: Mapping[str, Sequence[float]]) -> list[Compared]:
    """One entry per published figure that we have draws of."""
    return [
        Compared(run.label, figure, value, tuple(ours[figure]))
        for figure, value in run.figures.items()
        if ours.get(figure)
    ]


def runs_table(compared: Sequence[Compared]) -> Table:
    """Published value, ours on split 0, median and spread, and where the published one lies."""
    rows = []
    for one in compared:
        low, middle, high = (_shown(one, np.percentile(one.ours, at)) for at in (5, 50, 95))
        single = len(one.ours) == 1 or one.figure in EXACT
        rows.append(
            (
                one.run,
                WORDS[one.figure],
                _shown(one, one.published),
                _shown(one, one.ours[0]),
                "" if single else middle,
                "" if single else f"{low} to {high}",
                one.sits,
            )
        )
    return Table(
        "single_runs",
        "Single runs: published against ours, over repeats with seeds and splits of their own",
        ("run", "figure", "published", "split 0", "median", "5 to 95 %", "the published one is"),
        tuple(rows),
    )


def searches_table(
    searches: Sequence[tuple[PublishedSearch, Mapping[str, Sequence[float]]]],
) -> Table:
    """The spread of candidates as published and in ours, by what was run."""
    rows = []
    for search, by_name in searches:
        rows.append(_spread(f"{search.label}, published", search.means))
        rows += [_spread(name, means) for name, means in by_name.items() if means]
    return Table(
        "searches",
        "Searches: mean accuracy over 3 folds of the candidates",
        ("search", "candidates", "lowest", "mean", "best", "standard deviation"),
        tuple(rows),
    )


def _spread(name: str, means: Sequence[float]) -> tuple[str, ...]:
    deviation = f"{np.std(means, ddof=1):.4f}" if len(means) > 1 else ""
    figures = (f"{value:.4f}" for value in (min(means), float(np.mean(means)), max(means)))
    return (name, str(len(means)), *figures, deviation)


def _shown(one: Compared, value: float) -> str:
    if one.figure in EXACT:
        return f"{value:,.0f}"
    if one.figure == "epochs":
        return f"{value:.3g}"
    return f"{value:.{_digits(one.published)}f}"


def _digits(published: float) -> int:
    """Three decimals as the study prints accuracies, two where its losses are quoted."""
    return 3 if published <= 1 else 2
