"""`sweeps rm`."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.cli.chosen import Shelf, opened
from sweeps.cli.endings import BadInputError, guarded
from sweeps.cli.screen import say
from sweeps.cli.store_flags import HERE, StoreOption
from sweeps.wording import count

if TYPE_CHECKING:
    from sweeps.ledger.records import SweepRow


@guarded
def rm(
    sweep_ids: Annotated[
        list[str], typer.Argument(help="Ids, or the beginnings of ids.", metavar="ID")
    ],
    store: StoreOption = HERE,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask; ids must be whole then.")
    ] = False,
) -> None:
    """Forget sweeps that are in the store.

    Trials, checkpoints, reports and logs are deleted; what MLflow has stays there.
    """
    with opened(store) as shelf:
        found = {typed: shelf.sweep(typed) for typed in sweep_ids}
        if yes:
            _check_whole(found)
        rows = {row.sweep_id: row for row in found.values()}
        say(f"{row.sweep_id} {row.name}: {_held(row)}" for row in rows.values())
        if not yes:
            typer.confirm(f"forget {', '.join(rows)}?", abort=True)
        for sweep_id in rows:
            _remove(shelf, sweep_id)
    say([f"forgot {count(len(rows), 'sweep')}"])


def _check_whole(found: Mapping[str, SweepRow]) -> None:
    """Nobody is asked, so a slip of one letter must not reach another sweep."""
    for typed, row in found.items():
        if typed != row.sweep_id:
            raise BadInputError(
                f"{typed!r} is not a whole id: with --yes write {row.sweep_id}, or leave --yes out"
            )


def _held(row: SweepRow) -> str:
    return count(row.ended + row.running, "trial")


def _remove(shelf: Shelf, sweep_id: str) -> None:
    from sweeps.service.running.session_log import log_file

    store = shelf.store
    shelf.ledger.remove(sweep_id)
    for folder in (store.checkpoints(sweep_id), store.reports(sweep_id), store.drawn(sweep_id)):
        if folder.exists():
            shutil.rmtree(folder)
    for file in (store.at_work(sweep_id), log_file(store, sweep_id)):
        file.unlink(missing_ok=True)
