"""What drawing without putting back brings about by chance: the hypergeometric distribution."""

from __future__ import annotations

from math import exp, lgamma


def at_least(marked_drawn: int, drawn: int, marked: int, trials: int) -> float:
    """The chance that of so many drawn trials at least `marked_drawn` are among the marked ones."""
    whole = _log_ways(trials, drawn)
    return sum(
        exp(_log_ways(marked, these) + _log_ways(trials - marked, drawn - these) - whole)
        for these in range(marked_drawn, min(drawn, marked) + 1)
        if drawn - these <= trials - marked
    )


def _log_ways(of: int, chosen: int) -> float:
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)
