"""Sweeps from Python: run, gone on with, and looked at as tables."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from search_spaces.spelling import suggestion
from sweeps.describing import define as define
from sweeps.describing import load as load
from sweeps.errors import printable
from sweeps.executors.where import WHERE, Chosen
from sweeps.notebook_store import LATEST, found, opened, row_of, store_at
from sweeps.pareto import front_kept
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep
from sweeps.trial import REASONS, Reason
from sweeps.trials_table import table
from sweeps.watcher import SaysOnly

if TYPE_CHECKING:
    import pandas as pd

    from sweeps.options import Options
    from sweeps.watcher import Summary, Watcher


def run(
    sweep: Sweep,
    *,
    store: str | Path | None = None,
    tracking_uri: str | None = None,
    watcher: Watcher | None = None,
    memo: bool = True,
    **where: Unpack[Chosen],
) -> pd.DataFrame:
    """Run a sweep to its end; the trials as a table (see `table`), its id in `.attrs["sweep"]`.

    `where` says where fits are trained, in this process by default: `workers=2` (None: as many as
    suit), `gpus="0,1"`, `gpu_share=0.25`, `executor="ray"`, `address=...`. What was trained before
    in any sweep of the store, on the same rows from the same seed by the same code, is not trained
    again, unless `memo` is False.
    Raises SpaceError or ValueError, before anything starts, for a sweep that cannot run, TypeError
    for what is no sweep, and KeyboardInterrupt after an interruption, when what was done is kept.
    """
    _check_is_sweep(sweep)
    from sweeps import coordinator

    options = _options(where, store, tracking_uri, watcher, memo)
    return _told(coordinator.run(sweep, **options), store)


def _check_is_sweep(given: object) -> None:
    if isinstance(given, Sweep):
        return
    if isinstance(given, str | Path):
        way_out = f"sweeps.run(sweeps.load({str(given)!r}))"
    else:
        way_out = "sweeps.run(sweeps.define(task=..., space=...))"
    raise TypeError(f"run takes a sweep, not a {type(given).__name__}: {way_out}")


def resume(
    sweep_id: str = LATEST,
    *,
    store: str | Path | None = None,
    tracking_uri: str | None = None,
    watcher: Watcher | None = None,
    memo: bool = True,
    **where: Unpack[Chosen],
) -> pd.DataFrame:
    """Finish what is missing of the sweep whose id begins so, by default of the most recent one.

    All its trials as a table. Raises LookupError for an id that is not in the store, LeaseError
    while another process runs the sweep, FinalError when it was stopped or cancelled, and
    KeyboardInterrupt as `run` does.
    """
    from sweeps import coordinator

    options = _options(where, store, tracking_uri, watcher, memo)
    return _told(coordinator.resume(found(store_at(store), sweep_id), **options), store)


def retry(
    sweep_id: str = LATEST,
    reasons: Collection[Reason] | None = None,
    *,
    store: str | Path | None = None,
    tracking_uri: str | None = None,
    watcher: Watcher | None = None,
    memo: bool = True,
    **where: Unpack[Chosen],
) -> pd.DataFrame:
    """Run trials again that failed for these reasons, by default for any, and go on as `resume`.

    Raises ValueError when there is none, and what `resume` raises.
    """
    from sweeps import coordinator

    _check_reasons(reasons)
    options = _options(where, store, tracking_uri, watcher, memo)
    return _told(coordinator.retry(found(store_at(store), sweep_id), reasons, **options), store)


def _check_reasons(given: Collection[Reason] | None) -> None:
    if isinstance(given, str):
        raise TypeError(f"reasons are a collection of words: [{given!r}]")
    for reason in given or ():
        if reason not in REASONS:
            raise ValueError(f"no trial fails for {reason!r}; {suggestion(reason, REASONS)}")


def extend(
    sweep_id: str = LATEST,
    *,
    trials: int,
    store: str | Path | None = None,
    tracking_uri: str | None = None,
    watcher: Watcher | None = None,
    memo: bool = True,
    **where: Unpack[Chosen],
) -> pd.DataFrame:
    """Allow a sweep so many trials more than it began with, and go on as `resume`.

    Raises ValueError for less than one, and for a sweep without `search.trials`; and what `resume`
    raises.
    """
    from sweeps import coordinator

    if trials < 1:
        raise ValueError(f"{trials} more trials are none: 1 is the least")
    options = _options(where, store, tracking_uri, watcher, memo)
    return _told(coordinator.extend(found(store_at(store), sweep_id), trials, **options), store)


def sync(
    sweep_id: str = LATEST,
    *,
    store: str | Path | None = None,
    tracking_uri: str | None = None,
    watcher: Watcher | None = None,
) -> int:
    """Send MLflow what it lacks of a sweep; how many trials it still lacks afterwards.

    Raises LookupError and LeaseError as `resume` does.
    """
    from sweeps import coordinator

    place = store_at(store)
    return coordinator.sync(
        found(place, sweep_id),
        store=place,
        tracking_uri=tracking_uri,
        watcher=watcher or SaysOnly(print),
    )


def _options(
    where: Chosen,
    store: str | Path | None,
    tracking_uri: str | None,
    watcher: Watcher | None,
    memo: bool,
) -> Options:
    for name in where:
        if name not in WHERE:
            raise TypeError(f"{name!r} is nothing that can be chosen; {suggestion(name, WHERE)}")
    from sweeps.notebook_progress import progress_here
    from sweeps.reports.sweep_report import sweep_report

    return {
        **where,
        "store": store_at(store),
        "watcher": watcher or progress_here(),
        "tracking_uri": tracking_uri,
        "tracker": None,
        "report": sweep_report,
        "memo": memo,
        "obeys_mlflow": True,
        "draws_here": False,
        "launched_ms": None,
        "place": None,
        "race": None,
    }


def _told(summary: Summary, store: str | Path | None) -> pd.DataFrame:
    """The trials, once it was said what a person should know of the end.

    An interruption was meant for the whole program, of which the sweep may be one line.
    """
    sweep_id = repr(summary.sweep_id) + ("" if store is None else f", store={str(store)!r}")
    if summary.unsent:
        waiting = "1 trial waits" if summary.unsent == 1 else f"{summary.unsent:,} trials wait"
        print(f"{waiting} to be sent to MLflow: sweeps.sync({sweep_id})")
    if summary.signal is not None:
        print(f"interrupted; to go on: sweeps.resume({sweep_id})")
        raise KeyboardInterrupt
    if summary.ending in ("stopped", "cancelled"):
        print(f"{summary.ending}, which is final; what was done is kept")
    if summary.ending == "failed":
        print(f"failed, {printable(summary.cause or 'for no known cause')}")
        print(f"when that is mended: sweeps.retry({sweep_id}), or without those that failed:")
        print(f"sweeps.resume({sweep_id})")
    return results(summary.sweep_id, store=store)


def results(sweep_id: str = LATEST, *, store: str | Path | None = None) -> pd.DataFrame:
    """The trials so far of the sweep whose id begins so, by default of the most recent one.

    With several objectives, the column `front` says which trials no other one beats. Raises
    LookupError.
    """
    with opened(store_at(store)) as ledger:
        whole_id = row_of(ledger, sweep_id).sweep_id
        table_of_trials = table(ledger.results(whole_id))
        document = ledger.document(whole_id)
        if isinstance(document.get("objective"), list):
            front = front_kept(ledger, read_sweep(document), whole_id)
            numbers = [one.trial.number for one in front]
            table_of_trials.insert(3, "front", table_of_trials["trial"].isin(numbers))
    table_of_trials.attrs["sweep"] = whole_id
    return table_of_trials
