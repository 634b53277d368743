"""`sweeps resume`, `sweeps retry` and `sweeps extend`: going on with a sweep."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated, cast

import typer

from search_spaces.spelling import suggestion
from sweeps.cli.advice_lines import advice_after
from sweeps.cli.catalogue import LATEST, Catalogue
from sweeps.cli.chosen import reached
from sweeps.cli.commanding import obeyed, refuse_tracking_uri
from sweeps.cli.confirmed_lines import CONCLUDED, so_far
from sweeps.cli.endings import BadInputError, guarded
from sweeps.cli.options import NoMemo, SweepId, TrackingUri
from sweeps.cli.screen import progress, say, say_if_heard
from sweeps.cli.starting import ended_by_ctrl_c
from sweeps.cli.store_flags import ANYWHERE, PlaceOption, StoreFlags
from sweeps.cli.telling import exit_code, farewell
from sweeps.cli.where_flags import AUTOMATIC, WhereFlags, WhereOption
from sweeps.lease import LeaseError
from sweeps.refusals import has_no_number_of_trials, is_final, is_taken, to_retry
from sweeps.trial import REASONS, Reason
from sweeps.wording import count, titled

if TYPE_CHECKING:
    from sweeps.executors.where import Chosen
    from sweeps.ledger.records import SweepRow
    from sweeps.watcher import Summary


@guarded
def resume(
    sweep_id: SweepId = LATEST,
    where: WhereOption = AUTOMATIC,
    store: PlaceOption = ANYWHERE,
    tracking_uri: TrackingUri = None,
    no_memo: NoMemo = False,
) -> None:
    """Go on with a sweep that was paused, interrupted or left.

    What is missing is trained, and what MLflow lacks is sent to it.
    """
    chosen = _chosen(where, store, tracking_uri, no_memo=no_memo)
    with reached(store) as shelf:
        row = shelf.sweep(sweep_id)
        if row.holder is not None and row.state in ("pausing", "paused"):
            obeyed(shelf, row, "resume")
            say([f"{titled(row)}: resumed; {row.holder} goes on with it"])
            return
        if store.service is None and shelf.let_go(row):
            say([f"{titled(row)}: resumed; it begins when it is its turn"])
            return
        sweep = shelf.sweep_of(row)
    if row.state not in CONCLUDED:
        say_if_heard(so_far(row, sweep.evaluate.confirm_top))
    if store.service is not None:
        from sweeps.cli import following

        following.resumed(row, sweep, store)
    from sweeps import coordinator

    metric = sweep.objective.metric
    _session(
        partial(coordinator.resume, memo=not no_memo), row, metric, chosen, store, tracking_uri
    )


@guarded
def retry(
    sweep_id: SweepId = LATEST,
    failed: Annotated[
        bool, typer.Option("--failed", help="All that failed; what was pruned has not.")
    ] = False,
    reason: Annotated[
        list[str] | None,
        typer.Option(
            "--reason",
            metavar="REASON",
            help=f"Those that failed for it: {', '.join(REASONS)} (which are then trained to their "
            "end). May be repeated.",
        ),
    ] = None,
    where: WhereOption = AUTOMATIC,
    store: PlaceOption = ANYWHERE,
    tracking_uri: TrackingUri = None,
    no_memo: NoMemo = False,
) -> None:
    """Run trials that failed once more, and go on with the sweep."""
    reasons = _reasons(failed, reason or ())
    chosen = _chosen(where, store, tracking_uri, no_memo=no_memo)
    with reached(store) as shelf:
        row = _free(shelf, sweep_id, "retried")
        sweep = shelf.sweep_of(row)
        found = shelf.ledger.reasons(row.sweep_id)
    try:
        again = to_retry(row, found, reasons)
    except LookupError as error:
        raise BadInputError(str(error)) from error
    if store.service is not None:
        from sweeps.cli import following

        following.retried(row, sweep, store, reasons, sum(again.values()))
    from sweeps import coordinator

    begin = partial(coordinator.retry, reasons=reasons, memo=not no_memo)
    _session(begin, row, sweep.objective.metric, chosen, store, tracking_uri)


@guarded
def extend(
    trials: Annotated[
        int, typer.Option("--trials", min=1, metavar="N", help="How many trials more.")
    ],
    sweep_id: SweepId = LATEST,
    where: WhereOption = AUTOMATIC,
    store: PlaceOption = ANYWHERE,
    tracking_uri: TrackingUri = None,
    no_memo: NoMemo = False,
) -> None:
    """Give a sweep more trials than it began with, and go on with it."""
    chosen = _chosen(where, store, tracking_uri, no_memo=no_memo)
    with reached(store) as shelf:
        row = _free(shelf, sweep_id, "extended")
        sweep = shelf.sweep_of(row)
    before = sweep.search.trials
    if before is None:
        raise BadInputError(has_no_number_of_trials(row))
    told = partial(
        say, [f"{titled(row)}: {before:,} + {trials:,} = {count(before + trials, 'trial')}"]
    )
    if store.service is not None:
        from sweeps.cli import following

        following.extended(row, sweep, store, trials, told)
    told()
    from sweeps import coordinator

    begin = partial(coordinator.extend, trials=trials, memo=not no_memo)
    _session(begin, row, sweep.objective.metric, chosen, store, tracking_uri)


def _chosen(
    where: WhereFlags, store: StoreFlags, tracking_uri: str | None, *, no_memo: bool
) -> Chosen:
    """Where fits are trained. Raises BadInputError where that is for a service to say."""
    refuse_tracking_uri(store, tracking_uri)
    if store.service is not None and (where != AUTOMATIC or no_memo):
        typed = [f"--{name.replace('_', '-')}" for name, value in vars(where).items() if value]
        flag = (typed or ["--no-memo"])[0]
        raise BadInputError(
            f"{flag} goes without --server: the sweep is trained with what it was submitted with"
        )
    return where.chosen


def _session(
    begin: Callable[..., Summary],
    row: SweepRow,
    metric: str,
    where: Chosen,
    store: StoreFlags,
    tracking_uri: str | None,
) -> None:
    """Run a sweep that exists, tell how that ended, and exit with its code."""
    from sweeps.reports.sweep_report import sweep_report

    with ended_by_ctrl_c(), _finality(), progress() as watcher:
        summary = begin(
            row.sweep_id,
            store=store.chosen,
            watcher=watcher,
            tracking_uri=tracking_uri,
            report=sweep_report,
            **where,
        )
    advised = advice_after(summary, store)
    say_if_heard(farewell(summary, metric, store, tracking_uri, advised))
    raise typer.Exit(exit_code(summary))


def _reasons(failed: bool, typed: Collection[str]) -> list[Reason] | None:
    """The reasons that were asked for; None for all there are."""
    known = f"--failed, or --reason with one of {', '.join(REASONS)}"
    if failed == bool(typed):
        raise BadInputError(f"say which trials: either {known}")
    for reason in typed:
        if reason not in REASONS:
            raise BadInputError(f"no trial fails for {reason!r}; {suggestion(reason, REASONS)}")
    return None if failed else cast(list[Reason], list(typed))


def _free(shelf: Catalogue, typed: str, done: str) -> SweepRow:
    """A sweep that nobody runs, and that may go on."""
    from sweeps.ledger.records import FINAL

    row = shelf.sweep(typed)
    if row.state in FINAL:
        raise BadInputError(is_final(row))
    if row.holder is not None:
        raise LeaseError(f"{is_taken(row, done)}, or when Ctrl-C has interrupted it")
    return row


@contextmanager
def _finality() -> Iterator[None]:
    """That a sweep is final is about what was typed, not a failure."""
    from sweeps.coordinator import FinalError

    try:
        yield
    except FinalError as error:
        raise BadInputError(str(error)) from error
