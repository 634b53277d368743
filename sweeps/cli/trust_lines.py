"""What of a sweep's findings can be trusted, as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sweeps.cli.wording import count, figure, inline, lines

if TYPE_CHECKING:
    from sweeps.trial import Config
    from sweeps.trust.rows import Confirmed, Interval, Optimism, Rival
    from sweeps.trust.trust import Trust

HOW_TO_CONFIRM = "evaluate: {confirm_top: 10, repeats: 20}"
COLUMNS = ("trial", "search", "confirmed", "vs best other", "tied", "parameters")
NOTHING = "-"

WHY = {
    "parameters": "has the fewest parameters of the tie set",
    "epochs": "is trained for the fewest epochs of the tie set",
    "score": "has the best mean of the tie set",
}


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
        yield f"recommended: trial {trust.choice.trial}, which {WHY[trust.by or 'score']}"
        yield from lines(trust.choice.config)
    for one in trust.missing:
        yield f"not confirmed: trial {one.trial}, {one.why}"
    if trust.optimism is not None:
        yield from _optimism(trust.optimism, trust)
    if trust.baseline is not None:
        yield from _rival(trust.baseline, trust)
    if not trust.rows:
        yield "these are the search's own scores, which flatter the best of many; to know more:"
        yield f"  {HOW_TO_CONFIRM}"


def _tie_set(trust: Trust) -> Iterator[str]:
    tied = ", ".join(str(row.trial) for row in trust.tie_set)
    of = count(len(trust.rows), "confirmed configuration")
    share = f"{trust.confidence:.0%}"
    yield f"tie set: {len(trust.tie_set):,} of {of}: {tied}"
    yield f"  the true best of them is in it with {share}, and all intervals hold together"
    if trust.same_rows:
        yield "  only seeds were fresh: that holds for these rows, not for others"


def _optimism(optimism: Optimism, trust: Trust) -> Iterator[str]:
    much = "much" if optimism.gap >= 0 else "little"
    known = "" if optimism.interval is None else f" ({between(optimism.interval)})"
    yield (
        f"optimism: the search's best, trial {optimism.trial}, had {trust.metric} "
        f"{figure(optimism.search_score)}"
    )
    yield (
        f"  and has {figure(optimism.score)} when trained again: "
        f"promised {figure(abs(optimism.gap))} too {much}{known}"
    )
    if optimism.unseen is not None:
        yield f"  and {figure(optimism.unseen)} on the test rows, by which nothing was chosen"


def _rival(rival: Rival, trust: Trust) -> Iterator[str]:
    score = rival.score if rival.score is not None else rival.search_score
    if score is None:
        return
    yield f"baseline: {rival.name}, {trust.metric} {figure(score)}"
    if trust.choice is None and rival.beaten is False:
        yield f"  no trial beats it: the search's best has {figure(trust.winner_score)}"
    if trust.choice is None or rival.difference is None:
        return
    verdict = "beats it" if rival.beaten else "does NOT beat it"
    yield (
        f"  what is recommended {verdict}: {figure(trust.choice.score)}, "
        f"a difference of {between(rival.difference)}"
    )


def between(bounds: Interval) -> str:
    """`-0.016 to 0.015`."""
    return f"{bounds[0]:.2g} to {bounds[1]:.2g}"


def _or_nothing(value: float | None) -> str:
    return NOTHING if value is None else figure(value)
