"""The tables of a sweep's page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sweeps.reports import trust_lines
from sweeps.reports.material import Material, score_of
from sweeps.reports.scale import shortened
from sweeps.reports.tables import Table
from sweeps.trial import Result, Value
from sweeps.wording import duration, figure

MOST_TRIALS = 20
LONGEST_CELL = 60
SHORT = 10.0
"""Seconds of which parts are worth telling."""
LONGEST_MESSAGE = 160


def tables(material: Material) -> list[Table]:
    """Those that have rows."""
    found = []
    if material.trust is not None and material.trust.rows:
        found.append(trust_lines.tie_table(material.trust))
    ranked = material.front if material.several else material.by_rank
    if ranked:
        found.append(_trials(material, ranked))
    if any(result.error is not None for result in material.found.results):
        found.append(_failures(material))
    return found


def _trials(material: Material, ranked: Sequence[Result]) -> Table:
    """The best trials, with what varies."""
    objectives = [one.metric for one in material.found.sweep.further]
    names = [scale.name for scale in material.scales]
    budget = any(result.trial.budget is not None for result in ranked)
    shown = ranked[:MOST_TRIALS]
    columns = ("trial", material.metric, *objectives, *(["epochs given"] if budget else []), *names)
    rows = [
        (
            str(one.trial.number),
            figure(score_of(one)),
            *(figure(one.metrics[name]) for name in objectives),
            *([_value(one.trial.budget)] if budget else []),
            *(_value(one.trial.config.get(name)) for name in names),
            _took(one.seconds),
        )
        for one in shown
    ]
    first = "On the Pareto front" if material.several else "Best trials"
    title = f"{first} ({len(shown):,} of {len(ranked):,})" if len(ranked) > len(shown) else first
    return Table("trials", title, (*columns, "training"), tuple(rows))


def _took(seconds: float) -> str:
    return f"{seconds:.2g} s" if seconds < SHORT else duration(seconds)


def _value(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    return shortened(str(value), LONGEST_CELL)


def _failures(material: Material) -> Table:
    """By reason: how many, and what one of them says."""
    failed = [result for result in material.found.results if result.error is not None]
    reasons = Counter(result.error.reason for result in failed if result.error is not None)
    first: dict[str, Result] = {}
    for result in failed:
        if result.error is not None:
            first.setdefault(result.error.reason, result)
    rows = tuple(
        (reason, f"{number:,}", str(first[reason].trial.number), _message(first[reason]))
        for reason, number in reasons.most_common()
    )
    return Table("failures", "Trials without a score", ("reason", "trials", "such as", "why"), rows)


def _message(result: Result) -> str:
    return "" if result.error is None else shortened(result.error.message, LONGEST_MESSAGE)
