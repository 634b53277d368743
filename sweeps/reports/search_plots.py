"""How a search went: the best so far, and the score against each parameter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sweeps.reports.drawing import (
    BLUE,
    INK,
    ORANGE,
    dressed,
    keyed,
    new_figure,
    noted,
    saved,
    whole_numbers,
)
from sweeps.sweep import Objective
from sweeps.trial import Result, Value

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PER_ROW = 3


def draw_best_so_far(
    title: str, objective: Objective, results: Sequence[Result], path: Path
) -> Path:
    """Every trial's score in the order of trials, and the best up to each."""
    scored = [(r.trial.number, r.score) for r in results if r.score is not None]
    better = max if objective.goal == "maximize" else min
    best: list[float] = []
    for _, score in scored:
        best.append(better(best[-1], score) if best else score)
    numbers = [number for number, _ in scored]
    figure, (axes,) = new_figure()
    axes.plot(numbers, [s for _, s in scored], ".", color=BLUE, alpha=0.5, label="trial")
    axes.step(numbers, best, where="post", color=ORANGE, linewidth=1.8, label="best so far")
    dressed(axes, title, "trial", objective.metric)
    whole_numbers(axes)
    keyed(axes)
    without = Counter(result.state for result in results if result.score is None)
    if without:
        said = ", ".join(f"{count} {state}" for state, count in sorted(without.items()))
        noted(figure, f"trials without a score: {said}")
    return saved(figure, path)


def draw_parameters(
    title: str,
    metric: str,
    results: Sequence[Result],
    parameters: Sequence[str],
    logarithmic: frozenset[str],
    path: Path,
) -> Path:
    """The score against each parameter, for the trials in which it is active."""
    columns = min(PER_ROW, len(parameters))
    rows = -(-len(parameters) // columns)
    figure, panels = new_figure(1.2 + 3.2 * columns, 1.0 + 2.7 * rows, rows, columns)
    for position, axes in enumerate(panels):
        if position >= len(parameters):
            axes.set_visible(False)
            continue
        name = parameters[position]
        pairs = [
            (r.trial.config[name], r.score)
            for r in results
            if r.score is not None and name in r.trial.config
        ]
        _scatter(axes, pairs)
        dressed(axes, "", name, metric if position % columns == 0 else "")
        if name in logarithmic:
            axes.set_xscale("log")
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, color=INK)
    return saved(figure, path)


def _scatter(axes: Axes, pairs: Sequence[tuple[Value, float]]) -> None:
    """Numbers along a scale; anything else as categories in the order of appearance."""
    scores = [score for _, score in pairs]
    numbers = [x for x, _ in pairs if isinstance(x, int | float) and not isinstance(x, bool)]
    if len(numbers) == len(pairs):
        axes.plot(numbers, scores, ".", color=BLUE, alpha=0.6)
        return
    names = list(dict.fromkeys(str(x) for x, _ in pairs))
    axes.plot([names.index(str(x)) for x, _ in pairs], scores, ".", color=BLUE, alpha=0.6)
    axes.set_xticks(range(len(names)), names, fontsize=8)
    axes.set_xlim(-0.5, max(0.5, len(names) - 0.5))
