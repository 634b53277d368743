"""`sweeps compare`: how sweeps differ, in what was asked and in what was found."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from statistics import quantiles
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweeps.cli.chosen import opened
from sweeps.cli.costs import hours
from sweeps.cli.endings import FAILED, BadInputError, guarded
from sweeps.cli.options import AsJson
from sweeps.cli.screen import say, table
from sweeps.cli.store_flags import HERE, StoreOption
from sweeps.wording import as_json as json_text
from sweeps.wording import count, duration, figure

if TYPE_CHECKING:
    from sweeps.comparing.comparison import Comparison
    from sweeps.comparing.contest import Contest
    from sweeps.comparing.settings import Row
    from sweeps.comparing.side import Side
    from sweeps.trial import Result

NOTHING = "-"
LONGEST = 40
"""Characters of a value in a table; --json has all of it."""

Sweeps = Annotated[
    list[str],
    typer.Argument(help="Ids of two sweeps or more, or their beginnings.", metavar="ID"),
]


@guarded
def compare(sweep_ids: Sweeps, store: StoreOption = HERE, as_json: AsJson = False) -> None:
    """Compare sweeps: their files, and what they found.

    And whether the difference may be chance. Scores are compared on the same rows by the same
    metric only; ends with 1 where they are not.
    """
    if len(sweep_ids) < 2:
        raise BadInputError("which sweeps? write two ids or more; `sweeps ls` lists them")
    from sweeps.comparing.comparison import compared
    from sweeps.comparing.side import side_of

    with opened(store) as shelf:
        ids = [shelf.sweep(typed).sweep_id for typed in sweep_ids]
        if len(set(ids)) < len(ids):
            raise BadInputError(f"a sweep was named twice: {', '.join(ids)}")
        found = compared([side_of(shelf.ledger, sweep_id) for sweep_id in ids])
    if as_json:
        say([json_text(_fields(found))])
    else:
        _show(found)
    if found.refused is not None:
        raise typer.Exit(FAILED)


def _show(found: Comparison) -> None:
    ids = [side.sweep_id for side in found.sides]
    facts = {name: [tell(side) for side in found.sides] for name, tell in FACTS.items()}
    table(("", *ids), ([name, *cells] for name, cells in facts.items() if any(cells)))
    _rows("settings that differ", found.settings, ids)
    _rows("surroundings that differ", found.surroundings, ids)
    _rows("best configurations", _of_the_best(found.sides), ids)
    metric = found.sides[0].found.sweep.objective.metric
    if found.refused is not None:
        say(["", f"the scores cannot be compared: {found.refused}"])
        return
    say(["", *_verdicts(found, metric)])


def _verdicts(found: Comparison, metric: str) -> Iterator[str]:
    if not found.contests:
        yield "too few trials have a score for a test"
    for contest in found.contests:
        ids = [found.sides[at].sweep_id for at in (contest.first, contest.second)]
        yield _verdict(contest, ids[0], ids[1], metric, len(found.contests))
    if found.caveat is not None:
        yield f"note: {found.caveat}"


def _rows(title: str, rows: Sequence[Row], ids: Sequence[str]) -> None:
    if rows:
        say([""])
        cells = ([row.key, *(_short(value) for value in row.values)] for row in rows)
        table((f"{title}:", *ids), cells)


def _short(value: str | None) -> str:
    if not value:
        return NOTHING
    return value if len(value) <= LONGEST else f"{value[: LONGEST - 3]}..."


def _of_the_best(sides: Sequence[Side]) -> list[Row]:
    from sweeps.comparing.settings import differences

    winners = [side.winner for side in sides]
    return differences([{} if one is None else one.trial.config for one in winners], ())


def _verdict(contest: Contest, first: str, second: str, metric: str, tests: int) -> str:
    """One line: who is better, by how much, and whether that may be chance."""
    p = f"p = {_p(contest.p)}"
    if tests > 1:
        p += f", {_p(contest.adjusted)} by Holm for {tests} tests"
    chance = "may be chance" if contest.adjusted > 0.05 else "is hardly chance"
    if contest.kind == "paired":
        ends = sorted((contest.low, contest.high), key=lambda end: end * contest.effect)
        sign = -1 if contest.effect < 0 else 1
        better = f"{first} is {'worse' if sign < 0 else 'better'}"
        return (
            f"{count(contest.count, 'configuration')} that both tried: in {metric} {better} by "
            f"{abs(contest.effect):.3g} on average ({sign * ends[0]:.3g} to {sign * ends[1]:.3g}); "
            f"that {chance} (sign-flip test, {p})"
        )
    return (
        f"a trial of {first} beats one of {second} in {contest.effect:.0%} of pairs "
        f"({contest.low:.0%} to {contest.high:.0%}); that {chance} (Mann-Whitney test, {p})"
    )


def _p(value: float) -> str:
    return f"{value:.2g}" if value >= 0.001 else "below 0.001"


def _spread(side: Side) -> str:
    """`0.91 (0.88 - 0.93)`: the median and the middle half of the full trials."""
    scores = [one.score for one in side.scored if one.score is not None]
    if len(scores) < 2:
        return ""
    low, middle, high = quantiles(scores, n=4, method="inclusive")
    return f"{figure(middle)} ({figure(low)} - {figure(high)})"


def _score(result: Result | None) -> str:
    if result is None or result.score is None:
        return ""
    return f"{figure(result.score)} (trial {result.trial.number})"


def _confirmed(side: Side) -> str:
    found = side.confirmed
    if found is None or found.score is None:
        return ""
    return f"{figure(found.score)} (trial {found.trial.confirms})"


def _trials(side: Side) -> str:
    row = side.found.row
    others = {"failed": row.failed, "pruned": row.pruned}
    said = "".join(f", {number:,} {word}" for word, number in others.items() if number)
    return f"{row.done:,} done{said}"


FACTS: dict[str, Callable[[Side], str]] = {
    "name": lambda side: side.found.row.name,
    "search": lambda side: side.found.row.backend,
    "state": lambda side: side.found.row.state,
    "trials": _trials,
    "trained in full": lambda side: f"{len(side.scored):,}",
    "best of the search": lambda side: _score(side.best),
    "best when confirmed": _confirmed,
    "median (middle half)": _spread,
    "time": lambda side: duration(side.found.row.spent_seconds),
    "cost": lambda side: hours(side.found.row.core_seconds, side.found.row.gpu_seconds) or "",
}


def _fields(found: Comparison) -> dict[str, Any]:
    ids = [side.sweep_id for side in found.sides]
    return {
        "sweeps": [_side(side) for side in found.sides],
        "settings": {row.key: dict(zip(ids, row.values, strict=True)) for row in found.settings},
        "surroundings": {
            row.key: dict(zip(ids, row.values, strict=True)) for row in found.surroundings
        },
        "refused": found.refused,
        "caveat": found.caveat,
        "contests": [
            asdict(one) | {"first": ids[one.first], "second": ids[one.second]}
            for one in found.contests
        ],
    }


def _side(side: Side) -> dict[str, Any]:
    row = side.found.row
    scores = [one.score for one in side.scored if one.score is not None]
    cuts = quantiles(scores, n=4, method="inclusive") if len(scores) > 1 else [math.nan] * 3
    return {
        "sweep_id": side.sweep_id,
        "name": row.name,
        "state": row.state,
        "done": row.done,
        "failed": row.failed,
        "pruned": row.pruned,
        "full": len(scores),
        "quartiles": cuts,
        "best": _result(side.best),
        "confirmed": _result(side.confirmed),
        "seconds": row.spent_seconds,
        "core_seconds": row.core_seconds,
        "gpu_seconds": row.gpu_seconds,
    }


def _result(result: Result | None) -> dict[str, Any] | None:
    if result is None:
        return None
    trial = result.trial
    return {"trial": trial.number, "confirms": trial.confirms, "score": result.score} | {
        "config": trial.config
    }
