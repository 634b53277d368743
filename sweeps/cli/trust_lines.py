"""What of a sweep's findings can be trusted, as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sweeps.reports import trust_words
from sweeps.reports.trust_words import between
from sweeps.wording import count, figure, inline, lines

if TYPE_CHECKING:
    from sweeps.trial import Config
    from sweeps.trust.rows import Confirmed, Optimism, Rival
    from sweeps.trust.trust import Trust

HOW_TO_CONFIRM = "evaluate: {confirm_top: 10, repeats: 20}"
COLUMNS = ("trial", "search", "confirmed", "vs best other", "tied", "parameters")
NOTHING = "-"


def table_lines(trust: Trust) -> Iterator[str]:
    """The confirmed configurations, the best mean first, and the simple model below them.

    What the configurations differ in stands below each, so that a table is never wider than a
    terminal.
    """
    differing = _differing(trust)
    cells = [_cells(row, recommended=row.trial == trust.recommended) for row in trust.rows]
    configs = [
        inline({name: value for name, value in row.config.items() if name in differing})
        for row in trust.rows
    ]
    if trust.baseline is not None:
        cells.append(_rivals_cells(trust.baseline))
        configs.append(trust.baseline.name)
    widths = [max(map(len, column)) for column in zip(COLUMNS, *cells, strict=True)]
    yield _line(COLUMNS, widths)
    for each, config in zip(cells, configs, strict=True):
        yield _line(each, widths)
        if config:
            yield f"    {config}"


def _line(cells: Iterable[str], widths: Iterable[int]) -> str:
    return "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))


def _cells(row: Confirmed, *, recommended: bool) -> tuple[str, ...]:
    return (
        f"> {row.trial}" if recommended else str(row.trial),
        _or_nothing(row.search_score),
        figure(row.score),
        NOTHING if row.difference is None else between(row.difference),
        "yes" if row.in_tie_set else "no",
        NOTHING if row.parameters is None else f"{row.parameters:,}",
    )


def _rivals_cells(rival: Rival) -> tuple[str, ...]:
    parameters = NOTHING if rival.parameters is None else f"{rival.parameters:,}"
    scores = _or_nothing(rival.search_score), _or_nothing(rival.score)
    return ("baseline", *scores, NOTHING, NOTHING, parameters)


def _differing(trust: Trust) -> set[str]:
    """The parameters that the confirmed configurations do not share."""
    names = {name for row in trust.rows for name in row.config}
    return {name for name in names if not _shared(name, [row.config for row in trust.rows])}


def _shared(name: str, configs: list[Config]) -> bool:
    return all(name in config and config[name] == configs[0].get(name) for config in configs)


def title(trust: Trust) -> str:
    """What stands above the table."""
    scores = count(trust.parts, "score")
    return f"its best trained again on {trust.fresh}, {scores} of each:"


def trust_lines(trust: Trust) -> Iterator[str]:
    """The table and what it says, in sentences; without a confirmation, how to have one."""
    if trust.rows:
        yield title(trust)
        yield from table_lines(trust)
    if trust.choice is not None:
        yield from _tie_set(trust)
        why = trust_words.WHY[trust.by or "score"]
        yield f"recommended: trial {trust.choice.trial}, which {why} of the tie set"
        yield from lines(trust.choice.config)
    for one in trust.missing:
        yield f"not confirmed: trial {one.trial}, {one.why}"
    if trust.optimism is not None:
        yield from _optimism(trust.optimism, trust)
    if trust.baseline is not None:
        yield from _rival(trust.baseline, trust)
    if not trust.rows and not trust.missing:
        yield f"{trust_words.FLATTERED}; to know more:"
        yield f"  {HOW_TO_CONFIRM}"


def _tie_set(trust: Trust) -> Iterator[str]:
    alone = trust_words.alone(trust)
    if alone is not None:
        yield alone
    else:
        tied = ", ".join(str(row.trial) for row in trust.tie_set)
        together = "" if trust.parts == 1 else ", and all intervals hold together"
        yield f"tie set: {trust_words.confirmed(trust)}: {tied}"
        yield f"  {trust_words.coverage(trust, 'in it')}{together}"
    if trust.same_rows:
        yield f"  {trust_words.ONLY_SEEDS}"


def _optimism(optimism: Optimism, trust: Trust) -> Iterator[str]:
    yield (
        f"optimism: the search's best, trial {optimism.trial}, had {trust.metric} "
        f"{figure(optimism.search_score)}"
    )
    again = figure(optimism.score)
    yield f"  and has {again} when trained again: {trust_words.promised(optimism)}"
    if optimism.unseen is not None:
        yield f"  and {figure(optimism.unseen)} on the test rows, by which nothing was chosen"


def _rival(rival: Rival, trust: Trust) -> Iterator[str]:
    score = rival.score if rival.score is not None else rival.search_score
    came = "could not be measured" if score is None else f"{trust.metric} {figure(score)}"
    yield f"baseline: {rival.name}, {came}"
    if trust.choice is None and rival.beaten is False:
        yield f"  no trial beats it: the search's best has {figure(trust.winner_score)}"
    verdict = trust_words.beside(trust)
    if trust.choice is not None and verdict is not None:
        yield f"  what is recommended, {figure(trust.choice.score)}, {verdict}"


def _or_nothing(value: float | None) -> str:
    return NOTHING if value is None else figure(value)
