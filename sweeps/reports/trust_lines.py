"""What can be trusted of a sweep's findings, in sentences and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweeps.cli.trust_lines import between
from sweeps.cli.wording import count, figure, inline
from sweeps.reports.tables import Table

if TYPE_CHECKING:
    from sweeps.trust.rows import Optimism, Rival
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
    if trust.rows and trust.same_rows:
        said.append("Only seeds were fresh: that holds for these rows, not for others.")
    said += [f"Not confirmed: trial {one.trial}, {one.why}." for one in trust.missing]
    if trust.optimism is not None:
        said.append(_optimism(trust.optimism, trust.metric))
    if trust.baseline is not None:
        said.append(_rival(trust.baseline, trust))
    return said


def _tie_set(trust: Trust) -> str:
    rows, tied = count(len(trust.rows), "confirmed configuration"), len(trust.tie_set)
    if trust.choice is None or trust.by is None:
        return f"{tied:,} of {rows} cannot be told from the best."
    mean = f"{trust.metric} {figure(trust.choice.score)} when trained again"
    if tied == 1:
        return f"Of {rows}, trial {trust.choice.trial} is better than all others: {mean}."
    return (
        f"{tied:,} of {rows} cannot be told from the best. Recommended is trial "
        f"{trust.choice.trial}, {REASONS[trust.by]}: {mean}."
    )


def _optimism(optimism: Optimism, metric: str) -> str:
    much = "too much" if optimism.gap >= 0 else "too little"
    known = "" if optimism.interval is None else f" ({between(optimism.interval)})"
    return (
        f"The search promised {abs(optimism.gap):.2g} {much}{known}: its best, trial "
        f"{optimism.trial}, had {metric} {figure(optimism.search_score)}, and has "
        f"{figure(optimism.score)} when trained again."
    )


def _rival(rival: Rival, trust: Trust) -> str:
    score = rival.score if rival.score is not None else rival.search_score
    came = "could not be measured" if score is None else f"has {trust.metric} {figure(score)}"
    said = f"The baseline, {rival.name}, {came}"
    if trust.choice is not None and rival.difference is not None:
        verdict = "beats it" if rival.beaten else "does NOT beat it"
        return (
            f"{said}; what is recommended {verdict}, a difference of {between(rival.difference)}."
        )
    if rival.beaten is False:
        return f"{said}; no trial beats it."
    return f"{said}."


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
            "-" if row.difference is None else between(row.difference),
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
