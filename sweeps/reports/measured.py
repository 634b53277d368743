"""Figures out of results, part by part."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean

from sweeps.trial import Part, Result


def per_repeat(result: Result, metric: str) -> list[float]:
    """The metric of each repeat, the mean over its folds; repeats that failed are left out.

    Those of a trial that was pruned are no repeats of what it would have come to.
    """
    if result.pruned is not None:
        return []
    by_repeat: dict[int, list[float]] = defaultdict(list)
    failed = {part.repeat for part in result.parts if not _measured(part, metric)}
    for part in result.parts:
        if part.repeat not in failed:
            by_repeat[part.repeat].append(part.metrics[metric])
    return [fmean(by_repeat[repeat]) for repeat in sorted(by_repeat)]


def scores_over(results: Sequence[Result], parameter: str, metric: str) -> dict[float, list[float]]:
    """The metric of each repeat, by the value of a numeric parameter, in ascending order.

    A value for which a repeat failed is left out, so that repeats can be compared across values.
    """
    found: dict[float, list[float]] = {}
    for result in results:
        values = per_repeat(result, metric)
        x = result.trial.config.get(parameter)
        if values and len(values) == len({part.repeat for part in result.parts}):
            if isinstance(x, bool) or not isinstance(x, int | float):
                raise ValueError(f"{parameter}: {x!r} is not a number")
            found[x] = values
    return dict(sorted(found.items()))


def histories(result: Result, name: str) -> list[list[float]]:
    """One list of values by epoch for each part that recorded the name."""
    return [list(part.history[name]) for part in result.parts if name in part.history]


def _measured(part: Part, metric: str) -> bool:
    return part.error is None and math.isfinite(part.metrics.get(metric, math.nan))
