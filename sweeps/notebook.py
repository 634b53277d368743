"""Sweeps from Python: the names of a sweep file as arguments, trials as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.plain_data import DEEPEST
from sweeps.reading import read_sweep
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.sweep_file import load_sweep
from sweeps.trial import Result
from sweeps.watcher import SaysOnly

if TYPE_CHECKING:
    import pandas as pd

    from sweeps.ledger import Ledger
    from sweeps.ledger_records import SweepRow
    from sweeps.watcher import Summary, Watcher

LATEST = "latest"
Section = str | Mapping[str, Any]


def define(
    *,
    task: Section,
    space: Mapping[str, Any],
    search: Section = "grid",
    name: str | None = None,
    objective: Section | None = None,
    evaluate: Mapping[str, Any] | None = None,
    budget: Mapping[str, Any] | None = None,
    trainer: str = "auto",
    seed: int = 0,
    constraints: Mapping[str, str] | None = None,
) -> Sweep:
    """The sweep that a file with these keys describes. NumPy's numbers are taken as Python's.

    Raises SpaceError that names the key and what is wrong with its value.
    """
    given = {
        "name": name,
        "task": task,
        "search": search,
        "objective": objective,
        "evaluate": evaluate,
        "budget": budget,
        "trainer": trainer,
        "seed": seed,
        "space": space,
        "constraints": constraints,
    }
    return read_sweep({key: _pure(value) for key, value in given.items() if value is not None})


def _pure(value: Any, depth: int = 0) -> Any:
    """Arrays as lists and their numbers as Python's own; nothing is followed without end."""
    if depth > DEEPEST:
        return value
    if isinstance(value, Mapping):
        return {key: _pure(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_pure(inner, depth + 1) for inner in value]
    return value.tolist() if hasattr(value, "tolist") else value


def load(file: str | Path, overrides: Sequence[str] = ()) -> Sweep:
    """The sweep in a YAML file, with `search.trials=50` overrides. Raises SweepFileError."""
    return load_sweep(Path(file), overrides)


def run(
    sweep: Sweep,
    *,
    workers: int = 0,
    store: str | Path | None = None,
    tracking_uri: str | None = None,
    watcher: Watcher | None = None,
) -> pd.DataFrame:
    """Run a sweep to its end; the trials as a table (see `table`), its id in `.attrs["sweep"]`.

    Raises SpaceError or ValueError, before anything starts, for a sweep that cannot run, TypeError
    for what is no sweep, and KeyboardInterrupt after an interruption, when what was done is kept.
    """
    _check_is_sweep(sweep)
    from sweeps import coordinator
    from sweeps.reports.sweep_report import sweep_report

    place = _store(store)
    summary = coordinator.run(
        sweep,
        store=place,
        workers=workers,
        watcher=watcher or SaysOnly(print),
        tracking_uri=tracking_uri,
        report=sweep_report,
    )
    _pass_on(summary)
    return results(summary.sweep_id, store=place.folder)


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
    workers: int = 0,
    store: str | Path | None = None,
    tracking_uri: str | None = None,
    watcher: Watcher | None = None,
) -> pd.DataFrame:
    """Finish what is missing of the sweep whose id begins so, by default of the most recent one.

    All its trials as a table. Raises LookupError for an id that is not in the store, and
    KeyboardInterrupt as `run` does.
    """
    from sweeps import coordinator
    from sweeps.reports.sweep_report import sweep_report

    place = _store(store)
    summary = coordinator.resume(
        _found(place, sweep_id),
        store=place,
        workers=workers,
        watcher=watcher or SaysOnly(print),
        tracking_uri=tracking_uri,
        report=sweep_report,
    )
    _pass_on(summary)
    return results(summary.sweep_id, store=place.folder)


def _pass_on(summary: Summary) -> None:
    """An interruption was meant for the whole program, of which the sweep may be one line."""
    if summary.signal is not None:
        print(f"interrupted; to go on: sweeps.resume({summary.sweep_id!r})")
        raise KeyboardInterrupt
    if summary.unsent:
        waiting = "1 trial waits" if summary.unsent == 1 else f"{summary.unsent:,} trials wait"
        print(f"{waiting} to be sent to MLflow; resuming sends them")


def results(sweep_id: str = LATEST, *, store: str | Path | None = None) -> pd.DataFrame:
    """The trials so far of the sweep whose id begins so, by default of the most recent one.

    Raises LookupError.
    """
    with _opened(_store(store)) as ledger:
        found = _row(ledger, sweep_id).sweep_id
        table_of_trials = table(ledger.results(found))
    table_of_trials.attrs["sweep"] = found
    return table_of_trials


def table(trials: Sequence[Result]) -> pd.DataFrame:
    """One row for each trial.

    Columns: `trial`, `state` (`done` or `failed`), `score`, `seconds`, then `params.NAME` (empty
    where a parameter is not active) and `metrics.NAME`, named as MLflow's tables name them.
    """
    import pandas as pd

    rows = [
        {"trial": result.trial.number, "state": "failed" if result.error else "done"}
        | {"score": result.score, "seconds": result.seconds}
        | {f"params.{name}": value for name, value in result.trial.config.items()}
        | {f"metrics.{name}": value for name, value in result.metrics.items()}
        for result in trials
    ]
    return pd.DataFrame(rows, columns=None if rows else ["trial", "state", "score", "seconds"])


def _found(store: Store, prefix: str) -> str:
    with _opened(store) as ledger:
        return _row(ledger, prefix).sweep_id


def _row(ledger: Ledger, prefix: str) -> SweepRow:
    if prefix != LATEST:
        return ledger.sweep(prefix)
    rows = ledger.sweeps()
    if not rows:
        raise LookupError("no sweeps in this store yet; run one with sweeps.run")
    return rows[-1]


@contextmanager
def _opened(store: Store) -> Iterator[Ledger]:
    from sweeps.ledger import Ledger

    ledger = Ledger.open(store.ledger_url)
    try:
        yield ledger
    finally:
        ledger.close()


def _store(folder: str | Path | None) -> Store:
    return Store.at(None if folder is None else Path(folder))
