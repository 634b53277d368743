"""`sweeps rerun`: trains a trial again, and says whether it comes out as it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweeps.cli.chosen import opened
from sweeps.cli.endings import FAILED, BadInputError, complain, guarded
from sweeps.cli.options import AsJson
from sweeps.cli.screen import say
from sweeps.cli.starting import ended_by_ctrl_c
from sweeps.cli.store_flags import HERE, StoreOption
from sweeps.cli.trial_place import missing, split_place
from sweeps.cli.where_flags import AUTOMATIC, WhereOption
from sweeps.wording import as_json as json_text
from sweeps.wording import count, duration, lines

if TYPE_CHECKING:
    from sweeps.rerunning.agreement import Difference
    from sweeps.rerunning.rerun import Rerun

Place = Annotated[
    str, typer.Argument(help="A trial, as in latest/12 or mn2p5d/12.", metavar="ID/TRIAL")
]


@guarded
def rerun(
    place: Place,
    where: WhereOption = AUTOMATIC,
    store: StoreOption = HERE,
    as_json: AsJson = False,
) -> None:
    """Train a trial again, and say whether it comes out the same.

    That is bit-equal, within tolerance or different. All that was trained beside it is trained as
    well, for figures to be equal to the last bit. Nothing is kept of it. Ends with 1 when it is
    different.
    """
    typed, number = split_place(place)
    if number is None:
        raise BadInputError(f"which trial of {typed}? write {typed}/12")
    chosen = where.chosen
    from sweeps.executors.executor import TimedOutError, WorkerDiedError
    from sweeps.rerunning import rerun as again

    with opened(store) as shelf, ended_by_ctrl_c():
        row = shelf.sweep(typed)
        try:
            found = again.rerun(shelf.ledger, row.sweep_id, number, chosen, complain)
        except LookupError as error:
            raise BadInputError(missing(row, number)) from error
        except ValueError as error:
            raise BadInputError(str(error)) from error
        except (WorkerDiedError, TimedOutError, OSError) as error:
            complain(f"{place} could not be trained again: {error}")
            raise typer.Exit(FAILED) from error
    asked = f"{row.sweep_id}/{number}"
    say([json_text(_fields(asked, found))] if as_json else _told(asked, found))
    if found.agreement.verdict == "different":
        raise typer.Exit(FAILED)


def _told(asked: str, found: Rerun) -> Iterator[str]:
    agreement = found.agreement
    yield f"{asked}: {agreement.verdict}"
    facts = {}
    if asked != _origin(found):
        facts["trained as"] = f"{_origin(found)}, which the memo found"
    beside = f"{count(found.fits, 'fit')} of {count(found.trials, 'trial')}"
    facts["trained"] = f"{beside} in {count(found.packs, 'pack')}, {duration(found.seconds)}"
    equal = agreement.figures - agreement.differ
    facts["figures"] = f"{equal:,} of {agreement.figures:,} are equal to the last bit"
    if agreement.worst is not None:
        facts["largest difference"] = _difference(agreement.worst)
    facts["changed since"] = _changed(found)
    if found.apart is not None:
        facts["not the same company"] = found.apart
    yield from lines(facts)
    yield from (f"  {failure}" for failure in agreement.failures)


def _origin(found: Rerun) -> str:
    return f"{found.sweep_id}/{found.trial.trial.number}"


def _difference(worst: Difference) -> str:
    at = "" if worst.epoch is None else f" of epoch {worst.epoch:,}"
    pair = f"{_figure(worst.found)}, recorded {_figure(worst.recorded)}"
    apart = f" ({worst.relative:.1e} of it)" if worst.relative < float("inf") else ""
    return f"{worst.name}{at}, fold {worst.fold}, repeat {worst.repeat}: {pair}{apart}"


def _figure(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.9g}"


def _changed(found: Rerun) -> str:
    if found.changed is None:
        return "unknown: the sweep began before that was kept"
    return "; ".join(map(str, found.changed)) or "nothing: same versions, device, rows and code"


def _fields(asked: str, found: Rerun) -> dict[str, Any]:
    agreement = found.agreement
    worst = agreement.worst
    return {
        "trial": asked,
        "trained_as": _origin(found),
        "verdict": agreement.verdict,
        "figures": agreement.figures,
        "differ": agreement.differ,
        "largest_difference": None
        if worst is None
        else asdict(worst) | {"relative": worst.relative},
        "failures": agreement.failures,
        "packs": found.packs,
        "fits": found.fits,
        "trials": found.trials,
        "seconds": found.seconds,
        "apart": found.apart,
        "changed": None if found.changed is None else [asdict(one) for one in found.changed],
    }
