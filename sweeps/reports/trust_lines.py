"""What can be trusted of a sweep's findings, in sentences and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweeps.reports import trust_words
from sweeps.reports.tables import Table
from sweeps.reports.trust_words import between
from sweeps.wording import figure, inline

if TYPE_CHECKING:
    from sweeps.trust.rows import Optimism, Rival
    from sweeps.trust.trust import Trust


def sentences(trust: Trust) -> list[str]:
    """What is recommended, how far the search fooled itself, and the simple model beside it."""
    said = []
    if trust.rows:
        said.append(_tie_set(trust))
    if trust.rows and trust.same_rows:
        said.append(_sentence(trust_words.ONLY_SEEDS))
    said += [f"Not confirmed: trial {one.trial}, {one.why}." for one in trust.missing]
    if trust.optimism is not None:
        said.append(_optimism(trust.optimism, trust.metric))
    if trust.baseline is not None:
        said.append(_rival(trust.baseline, trust))
    if not trust.rows and not trust.missing:
        said.append(_sentence(trust_words.FLATTERED))
    return said


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _tie_set(trust: Trust) -> str:
    choice = trust.choice
    if choice is None or trust.by is None:
        return f"{trust_words.confirmed(trust)} cannot be told from the best."
    mean = f"{trust.metric} {figure(choice.score)} when trained again"
    alone = trust_words.alone(trust)
    if alone is not None:
        return f"{_sentence(alone)[:-1]}; {mean}."
    if len(trust.tie_set) == 1:
        return (
            f"{trust_words.confirmed(trust)} is better than all others, with "
            f"{trust.confidence:.0%}: trial {choice.trial}, {mean}."
        )
    return (
        f"{trust_words.confirmed(trust)} cannot be told from the best; "
        f"{trust_words.coverage(trust, 'among those')}. Recommended is trial {choice.trial}, which "
        f"{trust_words.WHY[trust.by]} of them: {mean}."
    )


def _optimism(optimism: Optimism, metric: str) -> str:
    unseen = optimism.unseen
    tested = (
        ""
        if unseen is None
        else f", and {figure(unseen)} on the test rows, by which nothing was chosen"
    )
    return (
        f"The search {trust_words.promised(optimism)}: its best, trial {optimism.trial}, had "
        f"{metric} {figure(optimism.search_score)}, and has {figure(optimism.score)} when trained "
        f"again{tested}."
    )


def _rival(rival: Rival, trust: Trust) -> str:
    score = rival.score if rival.score is not None else rival.search_score
    came = "could not be measured" if score is None else f"has {trust.metric} {figure(score)}"
    said = f"The baseline, {rival.name}, {came}"
    verdict = trust_words.beside(trust)
    if verdict is not None:
        return f"{said}; what is recommended {verdict}."
    if rival.beaten is False:
        return f"{said}; no trial beats it."
    return f"{said}."


def tie_table(trust: Trust) -> Table:
    """The confirmed configurations, the best mean first, with the simple model at the end."""
    columns = (
        "trial",
        "search",
        "confirmed",
        "vs best other",
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
