"""Drawing what a sweep found, for the parent run to keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from sweeps.executors.executor import Slots
from sweeps.found import Found, found_of
from sweeps.ledger.view import LedgerView
from tracking.records import Artifact

Report = Callable[[Found, Path], Sequence[Artifact]]
"""Draws what a sweep found into a folder, and says which files the parent run keeps.

A worker process draws where there is one, so it is pickled as a trainer is.
"""


def drawn(
    report: Report,
    ledger: LedgerView,
    sweep_id: str,
    folder: Path,
    executor: Slots,
    say: Callable[[str], None],
) -> Sequence[Artifact]:
    """The report's files. The sweep is done, so a report that fails is said and no more."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return executor.submit(report, found_of(ledger, sweep_id), folder).result()
    except KeyboardInterrupt:
        return ()
    except Exception as error:  # noqa: BLE001 - plots draw on packages that may raise anything
        say(f"no report: {type(error).__name__}: {error}")
        return ()
