"""A sweep begins with what others have found, and goes on with the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from search_spaces.errors import Path
from sweeps.errors import SweepError
from sweeps.ledger.view import LedgerView
from sweeps.parts import Parts, backend_of
from sweeps.reading.warm_start import PLACE
from sweeps.store import Store
from sweeps.sweep import StudyChoice, Sweep
from sweeps.warm_start.earlier import Earlier
from sweeps.warm_start.from_study import earlier_study
from sweeps.warm_start.from_sweep import earlier_sweep, sweep_called
from sweeps.warm_start.priors import Fitted, fitted, kept_text, priors_in


@dataclass(frozen=True)
class Warm:
    """What a sweep is made of when it knows what was found before; `kept` is for the ledger."""

    parts: Parts
    kept: str | None = None


def warmed(parts: Parts, store: Store, say: Callable[[str], None]) -> Warm:
    """Look up what the sweep is to be told, and say so in a line for each.

    Sweeps are named by their whole ids from now on. Raises SweepError for what is not there, was
    judged by something else, or is named twice.
    """
    entries = parts.sweep.search.warm_start
    if not entries:
        return Warm(parts)
    found = [_found(entry, parts, store, (*PLACE, at)) for at, entry in enumerate(entries)]
    _refuse_twice([entry for _, entry in found])
    fits = [fitted(earlier, parts.sweep) for earlier, _ in found]
    for one in fits:
        say(told_line(one))
    text = kept_text(fits)
    sweep = _pinned(parts.sweep, [entry for _, entry in found])
    return Warm(_knowing(replace(parts, sweep=sweep), text), text)


def reminded(parts: Parts, ledger: LedgerView, sweep_id: str) -> Parts:
    """The same parts, whose backend knows what the sweep began with."""
    text = ledger.priors(sweep_id)
    return parts if text is None else _knowing(parts, text)


def _knowing(parts: Parts, text: str) -> Parts:
    return replace(parts, backend=backend_of(parts.sweep, parts.problem, priors_in(text)))


def _found(
    entry: str | StudyChoice, parts: Parts, store: Store, path: Path
) -> tuple[Earlier, str | StudyChoice]:
    """What is there, and how it is called from now on."""
    if isinstance(entry, StudyChoice):
        return earlier_study(entry, parts.sweep, path), entry
    if store.ledger_file is not None and not store.ledger_file.is_file():
        raise SweepError(f"no sweeps in {store.place} yet", path)
    with closing(LedgerView(store.ledger_url)) as ledger:
        row = sweep_called(ledger, entry, path)
        return earlier_sweep(ledger, row.sweep_id, parts, path), row.sweep_id


def _refuse_twice(entries: Sequence[str | StudyChoice]) -> None:
    """One sweep under two names would count twice, and its description could not be read again."""
    for at, entry in enumerate(entries):
        if entry in entries[:at]:
            message = f"{entry} is given twice, the second time by another name"
            raise SweepError(message, (*PLACE, at))


def _pinned(sweep: Sweep, entries: Sequence[str | StudyChoice]) -> Sweep:
    """The sweep whose description names these, not `latest` or a beginning of an id."""
    search: dict[str, Any] = dict(sweep.document["search"])
    search["warm_start"] = [_plain(entry) for entry in entries]
    return replace(
        sweep,
        search=replace(sweep.search, warm_start=tuple(entries)),
        document={**sweep.document, "search": search},
    )


def _plain(entry: str | StudyChoice) -> str | dict[str, str]:
    if isinstance(entry, str):
        return entry
    return {"optuna": entry.url} | ({} if entry.name is None else {"study": entry.name})


def told_line(fits: Fitted) -> str:
    """`told of 60 trials of mn2p5d, 3 left out: width: 300 is above high 256`."""
    told = f"{len(fits.priors):,} trial{'' if len(fits.priors) == 1 else 's'}"
    return ", ".join([f"told of {told} of {fits.earlier.name}", *_further(fits)])


def _further(fits: Fitted) -> Iterator[str]:
    reasons = sorted(fits.left_out.items(), key=lambda one: (-one[1], one[0]))
    if reasons:
        why, times = reasons[0]
        rest = sum(fits.left_out.values()) - times
        more = f", {rest:,} for other reasons" if rest else ""
        yield f"{times + rest:,} left out: {why}{' and the like' if times > 1 else ''}{more}"
    if fits.earlier.otherwise and fits.priors:
        yield f"found on {' and '.join(fits.earlier.otherwise)}"
