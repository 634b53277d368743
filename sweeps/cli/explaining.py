"""`sweeps logs`: what became of a trial, or what failed in a sweep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweeps.cli import costs
from sweeps.cli.catalogue import LATEST
from sweeps.cli.chosen import reached
from sweeps.cli.endings import BadInputError, guarded
from sweeps.cli.failures import Alike, alike
from sweeps.cli.options import AsJson, TrialPlace
from sweeps.cli.screen import say
from sweeps.cli.store_flags import ANYWHERE, PlaceOption
from sweeps.cli.telling import command
from sweeps.cli.trial_place import missing, split_place
from sweeps.errors import printable
from sweeps.trial import Failure, Part, Result
from sweeps.wording import as_json as json_text
from sweeps.wording import count, duration, figure, lines, moment, titled

if TYPE_CHECKING:
    from sweeps.ledger.records import Begun, SweepRow

MOST_KINDS = 20
MOST_RANGES = 12
MOST_REPORTED = 12
LONGEST = 1000
"""Characters of a message in a list; `sweeps logs ID/TRIAL` has all of it."""


@guarded
def logs(
    place: TrialPlace = LATEST,
    from_service: Annotated[
        bool,
        typer.Option(
            "--service", help="What a service's process has said while it ran the sweep, instead."
        ),
    ] = False,
    store: PlaceOption = ANYWHERE,
    as_json: AsJson = False,
) -> None:
    """Show what became of a trial, with the traceback if it failed.

    Without a number, the trials that failed, those that failed alike together.
    """
    typed, number = split_place(place)
    with reached(store) as shelf:
        row = shelf.sweep(typed)
        if from_service:
            _say_log(shelf.log(row.sweep_id), row, as_json=as_json)
            return
        if number is None:
            kinds = alike(shelf.ledger.failures(row.sweep_id))
            one = f"{row.sweep_id}/{kinds[0].trials[0]}" if kinds else ""
            told = _list(row, kinds, command("logs", one, store, None))
            say([json_text([asdict(kind) for kind in kinds])] if as_json else told)
            return
        try:
            begun = shelf.ledger.trial(row.sweep_id, number)
        except LookupError as error:
            raise BadInputError(missing(row, number)) from error
    say([json_text(_fields(row, begun))] if as_json else _trial(row, begun))


def _say_log(text: str, row: SweepRow, *, as_json: bool) -> None:
    lines = text.splitlines()
    if as_json:
        say([json_text(lines)])
    else:
        say(lines or [f"{titled(row)}: no service has run it, so none has said anything"])


def _list(row: SweepRow, kinds: Sequence[Alike], one: str) -> Iterator[str]:
    begun = count(row.ended + row.running, "trial")
    pruned = f"; {_pruned(row.pruned)}" if row.pruned else ""
    if not kinds:
        yield f"{titled(row)}: of {begun} none has failed{pruned}"
        return
    yield f"{titled(row)}: of {begun} {sum(len(kind.trials) for kind in kinds):,} failed{pruned}"
    for kind in kinds[:MOST_KINDS]:
        such = ", such as" if kind.differ else ""
        yield printable(f"{kind.reason}{such}: {kind.message[:LONGEST]}")
        several = "trials" if len(kind.trials) > 1 else "trial"
        yield f"  {len(kind.trials):,} {several}: {_ranges(kind.trials)}"
    if len(kinds) > MOST_KINDS:
        yield f"{len(kinds) - MOST_KINDS:,} more kinds of failure; --json has them all"
    yield f"one of them whole: {one}"


def _pruned(trials: int) -> str:
    return f"{count(trials, 'trial')} {'was' if trials == 1 else 'were'} pruned"


def _ranges(numbers: Sequence[int]) -> str:
    """`3, 5-9, 12`; of very many only the first."""
    ends = [at for at, (a, b) in enumerate(pairwise(numbers), start=1) if b != a + 1]
    runs = [numbers[first:end] for first, end in pairwise([0, *ends, len(numbers)])]
    told = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs[:MOST_RANGES]]
    rest = sum(map(len, runs[MOST_RANGES:]))
    return ", ".join(told) + (f" and {rest:,} others" if rest else "")


def _trial(row: SweepRow, begun: Begun) -> Iterator[str]:
    result = begun.result
    failure = None if result is None else result.error
    how = begun.state if failure is None else _how(begun.state, failure)
    yield printable(f"{titled(row)}, trial {begun.trial.number}: {how}")
    yield from lines(_facts(begun))
    yield from ["configuration:", *lines(begun.trial.config)]
    if result is None:
        return
    if result.metrics:
        yield from ["figures:", *lines(result.metrics)]
    broken = [part for part in result.parts if part.error is not None]
    if broken and len(result.parts) > 1:
        yield f"{len(broken)} of {len(result.parts)} parts failed:"
        yield from (f"  {_part(part)}" for part in broken)
    traces = {_trace(failure): None for failure in _failures(result) if failure.traceback}
    for trace in traces:
        yield from ["traceback:", *trace]


def _how(state: str, failure: Failure) -> str:
    """How a trial without a score ended; what is said of a pruned one begins with that."""
    if state == "pruned":
        return failure.message
    return f"{state}, {failure.reason}: {failure.message}"


def _facts(begun: Begun) -> dict[str, str]:
    facts = {"attempt": f"{begun.attempt:,}"}
    if begun.tries:
        facts["attempt"] += (
            f" ({begun.tries:,} ended with their process, or by the machine's fault)"
        )
    if begun.trial.parent is not None:
        facts["continues"] = f"trial {begun.trial.parent}"
    if begun.trial.confirms is not None:
        facts["confirms"] = f"trial {begun.trial.confirms}"
    if begun.trial.budget is not None:
        facts["epochs"] = f"{begun.trial.budget:,}"
    facts["started"] = moment(begun.started_ms)
    if begun.ended_ms is not None:
        facts["ended"] = moment(begun.ended_ms)
    if begun.result is not None:
        facts["training"] = duration(begun.result.seconds)
        if begun.result.cost is not None:
            facts |= costs.facts(begun.result.cost, begun.result.seconds)
        if begun.result.score is not None:
            facts["score"] = figure(begun.result.score)
        if begun.result.reported:
            facts["on the way"] = _on_the_way(begun.result.reported)
        facts |= {word.replace("_", " "): said for word, said in begun.result.notes.items()}
    return facts


def _on_the_way(reported: Sequence[tuple[int, float]]) -> str:
    """What the pruner was given: `2: 0.41, 4: 0.63`; of very many only the last."""
    told = [f"{step}: {figure(value)}" for step, value in reported[-MOST_REPORTED:]]
    return ("… " if len(reported) > MOST_REPORTED else "") + ", ".join(told)


def _part(part: Part) -> str:
    failure = part.error
    told = "" if failure is None else f"{failure.reason}: {failure.message}"
    return printable(f"fold {part.fold}, repeat {part.repeat}: {told}")


def _failures(result: Result) -> Iterator[Failure]:
    """The trial's own failure first, then those of its parts."""
    for failure in (result.error, *(part.error for part in result.parts)):
        if failure is not None:
            yield failure


def _trace(failure: Failure) -> tuple[str, ...]:
    return tuple(f"  {line.expandtabs(4)}" for line in failure.traceback.rstrip().split("\n"))


def _fields(row: SweepRow, begun: Begun) -> dict[str, Any]:
    trial, result = begun.trial, begun.result
    fields: dict[str, Any] = {
        "sweep_id": row.sweep_id,
        "trial": trial.number,
        "state": begun.state,
        "attempt": begun.attempt,
        "tries": begun.tries,
        "parent": trial.parent,
        "confirms": trial.confirms,
        "budget": trial.budget,
        "config": trial.config,
        "started_ms": begun.started_ms,
        "ended_ms": begun.ended_ms,
        "sent": begun.shipped,
    }
    if result is None:
        return fields | {"score": None, "error": None, "parts": []}
    return fields | {
        "score": result.score,
        "metrics": result.metrics,
        "seconds": result.seconds,
        "cost": None if result.cost is None else asdict(result.cost),
        "trainer": result.trainer,
        "notes": result.notes,
        "error": _plain(result.error),
        "pruned": None if result.pruned is None else asdict(result.pruned),
        "reported": result.reported,
        "parts": [
            {"fold": part.fold, "repeat": part.repeat, "seconds": part.seconds}
            | {"metrics": part.metrics, "error": _plain(part.error)}
            for part in result.parts
        ],
    }


def _plain(failure: Failure | None) -> dict[str, str] | None:
    return None if failure is None else asdict(failure)
