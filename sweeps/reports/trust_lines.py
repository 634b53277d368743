"""What can be trusted of a sweep's findings, in sentences and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweeps.cli.wording import count, figure, inline
from sweeps.reports.tables import Table

if TYPE_CHECKING:
    from sweeps.trust.rows import Interval, Optimism, Rival
    from sweeps.trust.trust import Trust

REASONS = {
    "parameters": "the smallest model of them",
    "epochs": "the one trained for the fewest epochs",
    "score": "the one with the best mean",
}


def sentences(trust: Trust) -> list[str]:
    """What is recommended, how far the search fooled itself, and the simple model beside it."""
    said = []
    if trust.rows:
        said.append(_tie_set(trust))
    if trust.optimism is not None:
        said.append(_optimism(trust.optimism, trust.metric))
    if trust.baseline is not None:
        said.append(_baseline(trust.baseline, trust))
    return said


def _tie_set(trust: Trust) -> str:
    rows = count(len(trust.rows), "confirmed configuration")
    tied = len(trust.tie_set)
    if trust.choice is None or trust.by is None:
        return f"{tied:,} of {rows} cannot be told from the best."
    mean = figure(trust.choice.score)
    alone = f"Of {rows}, trial {trust.choice.trial} is better than all others: confirmed {mean}."
    if tied == 1:
        return alone
    return (
        f"{tied:,} of {rows} cannot be told from the best; recommended is trial "
        f"{trust.choice.trial}, {REASONS[trust.by]}: {trust.metric} {mean} confirmed."
    )


def _optimism(optimism: Optimism, metric: str) -> str:
    bounds = "" if optimism.interval is None else f" ({_between(optimism.interval)})"
    direction = "too much" if optimism.gap >= 0 else "too little"
    return (
        f"The search promised {figure(abs(optimism.gap))}{bounds} {direction}: its best trial "
        f"{optimism.trial} had {metric} {figure(optimism.search_score)}, and "
        f"{figure(optimism.score)} when trained again."
    )


def _baseline(rival: Rival, trust: Trust) -> str:
    score = rival.score if rival.score is not None else rival.search_score
    came = "" if score is None else f" comes to {trust.metric} {figure(score)}"
    if rival.beaten is None:
        return f"The baseline, {rival.name},{came or ' was measured'}."
    bounds = "" if rival.difference is None else f" by {_between(rival.difference)}"
    if rival.beaten:
        return f"The baseline, {rival.name},{came or ' was measured'}: it is beaten{bounds}."
    return f"The baseline, {rival.name},{came or ' was measured'}: it is NOT beaten{bounds}."


def _between(bounds: Interval) -> str:
    return f"{figure(bounds[0])} to {figure(bounds[1])}"


def tie_table(trust: Trust) -> Table:
    """The confirmed configurations, the best mean first, with the simple model at the end."""
    columns = (
        "trial",
        "search",
        "confirmed",
        "difference to the best",
        "tie set",
        "parameters",
        "configuration",
    )
    rows = [
        (
            f"{row.trial}" + (" (recommended)" if row.trial == trust.recommended else ""),
            _or_dash(row.search_score),
            figure(row.score),
            "-" if row.difference is None else _between(row.difference),
            "yes" if row.in_tie_set else "no",
            "-" if row.parameters is None else f"{row.parameters:,}",
            inline(row.config),
        )
        for row in trust.rows
    ]
    if trust.baseline is not None:
        rival = trust.baseline
        size = "-" if rival.parameters is None else f"{rival.parameters:,}"
        figures = _or_dash(rival.search_score), _or_dash(rival.score)
        rows.append(("baseline", *figures, "-", "-", size, rival.name))
    return Table("confirmed", "Confirmed configurations", columns, tuple(rows))


def _or_dash(value: float | None) -> str:
    return "-" if value is None else figure(value)
