"""Trials by how good they are: ranks, and the few best of them."""

from __future__ import annotations

import numpy as np

from sweeps.findings.axes import Real, Whole

TOP_SHARE = 0.1
FEWEST_ON_TOP = 5
MOST_TIED = 1 / 3
"""When more of the trials than that are equally good, none of them is among the few best."""


def ranks_of(values: Real) -> Real:
    """Ranks from 0 for the smallest; equals share the mean of theirs."""
    order = np.argsort(values, kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(len(values))
    _, group = np.unique(values, return_inverse=True)
    return (np.bincount(group, ranks) / np.bincount(group))[group]


def best_few(values: Real) -> Whole | None:
    """Positions of the best tenth, at least five, with all that equal the last of them.

    The best is first. None where those are too many to mean anything, or where they are bad ones.
    """
    wanted = max(FEWEST_ON_TOP, round(TOP_SHARE * len(values)))
    if wanted > len(values):
        return None
    order = np.argsort(values, kind="stable")
    last = values[order[wanted - 1]]
    few = order[: int(np.searchsorted(values[order], last, side="right"))]
    meant = np.isfinite(last) and len(few) <= max(wanted, MOST_TIED * len(values))
    return few if meant else None
