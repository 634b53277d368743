"""`sweeps run`."""

from __future__ import annotations

import typer

from sweeps.cli.advice_lines import advice_after
from sweeps.cli.endings import guarded
from sweeps.cli.options import NoMemo, Overrides, SweepFileArgument, TrackingUri
from sweeps.cli.screen import progress, say_if_heard
from sweeps.cli.starting import ended_by_ctrl_c
from sweeps.cli.store_flags import HERE, StoreOption
from sweeps.cli.telling import exit_code, farewell
from sweeps.cli.where_flags import AUTOMATIC, WhereOption


@guarded
def run(
    file: SweepFileArgument,
    overrides: Overrides = None,
    where: WhereOption = AUTOMATIC,
    store: StoreOption = HERE,
    tracking_uri: TrackingUri = None,
    no_memo: NoMemo = False,
) -> None:
    """Run a sweep from its start.

    Ctrl-C ends it after the trials in flight, a second Ctrl-C at once; `sweeps resume` goes on.
    """
    from sweeps.reading.sweep_file import SweepFile

    chosen = where.chosen
    source = SweepFile.open(file, overrides or ())
    sweep = source.sweep()
    from sweeps import coordinator
    from sweeps.reports.sweep_report import sweep_report
    from sweeps.tasks.table_described import described

    with source.blamed():
        say_if_heard(described(sweep))
    with ended_by_ctrl_c(), source.blamed(), progress() as watcher:
        summary = coordinator.run(
            sweep,
            store=store.chosen,
            watcher=watcher,
            tracking_uri=tracking_uri,
            report=sweep_report,
            memo=not no_memo,
            **chosen,
        )
    advised = advice_after(summary, store)
    say_if_heard(farewell(summary, sweep.objective.metric, store, tracking_uri, advised))
    raise typer.Exit(exit_code(summary))
