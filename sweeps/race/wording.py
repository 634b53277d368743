"""What came of a race, in words."""

from __future__ import annotations

import math
from collections.abc import Iterable

from sweeps.race.outcome import Outcome, mean
from sweeps.race.verdict import Lead, Verdict

HEADS = ("backend", "trials", "epochs", "area", "best found", "lowest", "highest", "on test rows")
NOTHING = "-"


def rows(outcome: Outcome) -> list[tuple[str, ...]]:
    """A row a backend, the best mean area first: figures are means over the repeats."""
    found = [(outcome.areas[backend], backend) for backend in outcome.race.backends]
    sign = -1 if outcome.maximize else 1
    ordered = sorted(found, key=lambda one: _last_if_unknown(sign * mean(one[0])))
    return [_row(outcome, backend) for _, backend in ordered]


def _last_if_unknown(value: float) -> float:
    return math.inf if math.isnan(value) else value


def _row(outcome: Outcome, backend: str) -> tuple[str, ...]:
    curves, finals = outcome.curves[backend], outcome.finals[backend]
    known = [one for one in finals if math.isfinite(one)]
    return (
        backend,
        f"{mean(tuple(float(one.trained) for one in curves)):,.0f}",
        f"{mean(tuple(float(one.epochs) for one in curves)):,.0f}",
        _figure(mean(outcome.areas[backend])),
        _figure(mean(finals)),
        _figure(min(known, default=math.nan)),
        _figure(max(known, default=math.nan)),
        _figure(mean(outcome.tests[backend])),
    )


def _figure(value: float) -> str:
    return NOTHING if math.isnan(value) else f"{value:.4f}"


def sentences(outcome: Outcome) -> list[str]:
    """The verdict on the way there and that on the end, a line each."""
    epochs = outcome.race.epochs
    area = f"best {outcome.metric} so far, mean from {outcome.start:,.0f} to {epochs:,} epochs"
    return [
        f"area ({area}): {said(outcome.by_area)}",
        f"best found within {epochs:,} epochs: {said(outcome.by_final)}",
    ]


def said(verdict: Verdict) -> str:
    """`optuna is ahead of random by 0.012 (0.003 to 0.021); grid and optuna cannot be told apart`.

    The intervals hold together with 95 %.
    """
    if verdict.leader is None:
        return f"nothing can be said of {verdict.repeats} complete repeats"
    told = []
    if verdict.ahead_of:
        leads = _listed(f"{lead.behind} by {_lead(lead)}" for lead in verdict.ahead_of)
        told.append(f"{verdict.leader} is ahead of {leads}")
    if verdict.not_told_apart:
        alike = _listed(f"{lead.behind} ({_lead(lead)})" for lead in verdict.not_told_apart)
        told.append(f"{verdict.leader} cannot be told from {alike}")
    return "; ".join(told)


def _lead(lead: Lead) -> str:
    if lead.low == lead.high:
        return f"{lead.by:.2g} in every repeat"
    return f"{lead.by:.2g}, {lead.low:.2g} to {lead.high:.2g}"


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def method(outcome: Outcome) -> str:
    """How the intervals came about, in a line."""
    p_value = outcome.p_value
    alike = "" if p_value is None else f"; that all are alike: p = {p_value:.2g} (Friedman, areas)"
    return (
        f"{len(outcome.repeats)} repeats, paired: simultaneous 95 % intervals of the mean "
        f"differences{alike}"
    )
