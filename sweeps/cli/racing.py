"""`sweeps race`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.cli.chosen import exists
from sweeps.cli.endings import BadInputError, complain, guarded
from sweeps.cli.options import AsJson, NoMemo, Overrides, TrackingUri
from sweeps.cli.screen import say, say_if_heard, table
from sweeps.cli.starting import ended_by_ctrl_c
from sweeps.cli.store_flags import HERE, StoreFlags, StoreOption
from sweeps.cli.telling import command, exit_code
from sweeps.cli.where_flags import AUTOMATIC, WhereFlags, WhereOption
from sweeps.wording import as_json as json_text
from sweeps.wording import count

if TYPE_CHECKING:
    from sweeps.race.outcome import Outcome
    from sweeps.race.race import Race
    from sweeps.race.standing import Standing
    from sweeps.watcher import Summary
    from tracking.records import RaceEnd, SweepStatus

ALL = "grid,random,hyperband,optuna"

RacedFile = Annotated[Path | None, typer.Argument(help="A sweep file (YAML).", metavar="FILE")]
Backends = Annotated[
    str, typer.Option("--backends", metavar="LIST", help="Who takes part, two or more.")
]
Repeats = Annotated[
    int,
    typer.Option(
        "--repeats", metavar="N", help="How often each runs, every time with other seeds."
    ),
]
Epochs = Annotated[
    int | None,
    typer.Option(
        "--epochs",
        min=1,
        metavar="N",
        help="How many epochs each sweep may spend, all folds and repeats of its trials "
        "counted; as many as the file's own search would, when left out.",
    ),
]
Resumed = Annotated[
    str | None,
    typer.Option(
        "--resume",
        metavar="ID",
        help="Finish a race, the latest or that of the id, or show one that is finished.",
    ),
]


@dataclass(frozen=True)
class Around:
    """What was typed apart from the race itself."""

    where: WhereFlags
    store: StoreFlags
    tracking_uri: str | None
    memo: bool
    as_json: bool

    def check(self) -> None:
        """Raise BadInputError for a place where no race can be, before anything is said."""
        _ = self.store.chosen, self.where.chosen

    def write(self, line: str) -> None:
        """A line for a person; beside the output where that is for programs."""
        if self.as_json:
            complain(line)
        else:
            say_if_heard([line])

    def command_for(self, race: Race) -> str:
        """How to go on with the race."""
        uri = self.tracking_uri
        return command("race", None, self.store, uri, "--resume", race.race_id)


@guarded
def race(
    file: RacedFile = None,
    backends: Backends = ALL,
    repeats: Repeats = 5,
    epochs: Epochs = None,
    resume: Resumed = None,
    overrides: Overrides = None,
    where: WhereOption = AUTOMATIC,
    store: StoreOption = HERE,
    tracking_uri: TrackingUri = None,
    no_memo: NoMemo = False,
    as_json: AsJson = False,
) -> None:
    """Let backends search one space with equal epochs to spend.

    At the end it says who is ahead. Backends of one repeat share folds and all seeds of training.
    Ctrl-C ends the race after the trials in flight; --resume goes on.
    """
    if (file is None) == (resume is None):
        raise BadInputError("say what is raced: either a sweep file, or --resume with a race's id")
    around = Around(where, store, tracking_uri, not no_memo, as_json)
    around.check()
    if file is None:
        standing = _again(resume or "", store)
    else:
        standing = _new(file, overrides or (), backends.split(","), repeats, epochs)
        around.write(_beginning(standing.race))
    standing, summary = _run(standing, around)
    _tell(standing, summary, around)
    raise typer.Exit(_exit_code(standing, summary))


def _exit_code(standing: Standing, summary: Summary | None) -> int:
    if summary is None:
        return 0
    if standing.missing and summary.signal is not None:
        return 128 + summary.signal
    return exit_code(summary)


def _again(wanted: str, store: StoreFlags) -> Standing:
    from sweeps.race.standing import standing_of

    if not exists(store.chosen):
        raise BadInputError(f"no sweeps in {store.chosen.place} yet; try `sweeps race FILE`")
    try:
        return standing_of(store.chosen.ledger_url, wanted)
    except LookupError as error:
        raise BadInputError(str(error.args[0])) from error


def _new(
    file: Path,
    overrides: Sequence[str],
    backends: Sequence[str],
    repeats: int,
    epochs: int | None,
) -> Standing:
    from sweeps.race.beginning import RaceError, race_of
    from sweeps.race.standing import Standing
    from sweeps.reading.sweep_file import SweepFile

    source = SweepFile.open(file, overrides)
    sweep = source.sweep()
    named = [name.strip() for name in backends]
    try:
        with source.blamed():
            return Standing(race_of(sweep, named, repeats, epochs), {})
    except RaceError as error:
        raise BadInputError(str(error)) from error


def _beginning(race: Race) -> str:
    return (
        f"race {race.name} {race.race_id}: {', '.join(race.backends)}, {race.repeats} repeats: "
        f"{count(len(race.places), 'sweep')} of {race.epochs:,} epochs each"
    )


def _run(standing: Standing, around: Around) -> tuple[Standing, Summary | None]:
    from sweeps.cli.race_progress import RaceProgress
    from sweeps.race.running import run

    watcher = RaceProgress(around.write)
    with ended_by_ctrl_c():
        return run(
            standing,
            watcher.next,
            store=around.store.chosen,
            watcher=watcher,
            tracking_uri=around.tracking_uri,
            memo=around.memo,
            **around.where.chosen,
        )


def _tell(standing: Standing, summary: Summary | None, around: Around) -> None:
    """What came of it, here, in the store and in MLflow; or how to go on."""
    from sweeps.race.outcome import outcome_of
    from sweeps.race.telling import end_record, figures, kept

    race, store = standing.race, around.store.chosen
    outcome = outcome_of(standing, store.ledger_url)
    artifacts = () if outcome is None else kept(outcome, store.reports(race.race_id))
    if around.as_json:
        say([json_text(None if outcome is None else figures(outcome))])
    elif outcome is not None:
        _show(outcome)
    if artifacts:
        around.write(f"picture: {artifacts[0].file}")
    if standing.missing:
        missing = count(len(standing.missing), "sweep")
        around.write(f"{missing} left to run; to go on: {around.command_for(race)}")
    if summary is not None and summary.cause:
        around.write(f"cause: {summary.cause}")
    status: SweepStatus = "KILLED" if standing.missing else "FINISHED"
    _send(end_record(standing, status, outcome, artifacts), around)


def _show(outcome: Outcome) -> None:
    from sweeps.race.wording import HEADS, method, rows, sentences

    table(HEADS, rows(outcome))
    say([*sentences(outcome), method(outcome)])


def _send(end: RaceEnd, around: Around) -> None:
    """MLflow may be away: what came of the race stands in the store, and is sent another time."""
    from sweeps.race.telling import send
    from tracking.mlflow_races import MlflowRaces
    from tracking.tracker import TrackingError

    try:
        link = send(end, lambda: MlflowRaces(around.tracking_uri))
    except TrackingError as error:
        around.write(f"{error}; the race's result can be sent later: --resume {end.race.race_id}")
    else:
        if link:
            around.write(f"MLflow: {link}")
