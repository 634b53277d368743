"""`sweeps reproduce`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from search_spaces.spelling import suggestion
from sweeps.cli.endings import BadInputError, complain, guarded
from sweeps.cli.options import AsJson, TrackingUri
from sweeps.cli.screen import console, progress, say
from sweeps.cli.store_flags import HERE, StoreOption
from sweeps.cli.where_flags import AUTOMATIC, WhereOption
from sweeps.wording import as_json as json_text

if TYPE_CHECKING:
    from sweeps.reproduce.reproduction import Reproduction

PENGUINS = "penguins"
STUDIES = (PENGUINS, "imdb", "reuters", "boston_housing", "fashion_mnist", "breast_cancer")


class Scaling(StrEnum):
    """How the task scales its rows; the names are the task's own."""

    published = "published"
    corrected = "corrected"


StudyName = Annotated[
    str, typer.Argument(help=f"Which study: {', '.join(STUDIES)}.", metavar="STUDY")
]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="NAME", help="These experiments alone: NAME,NAME or repeated."),
]
Repeats = Annotated[
    int | None,
    typer.Option(
        "--repeats",
        min=1,
        metavar="K",
        help="How often each network is trained. By default as often as its sweep file says; "
        "penguins: as often as fits in two minutes, at most 20 times.",
    ),
]
Points = Annotated[
    int | None,
    typer.Option(
        "--points", metavar="N", min=2, help="Penguins: thin each experiment out to N values."
    ),
]
Preprocessing = Annotated[
    Scaling,
    typer.Option("--preprocessing", help="Penguins: scaled as published, or as it should be."),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Exit with 4 when a conclusion does not hold.")
]
GoOn = Annotated[
    bool, typer.Option("--continue", help="Take up what an earlier call left in the store.")
]


@guarded
def reproduce(
    study: StudyName,
    only: Only = None,
    repeats: Repeats = None,
    points: Points = None,
    preprocessing: Preprocessing = Scaling.published,
    strict: Strict = False,
    go_on: GoOn = False,
    where: WhereOption = AUTOMATIC,
    store: StoreOption = HERE,
    tracking_uri: TrackingUri = None,
    as_json: AsJson = False,
) -> None:
    """Run a published study again, against its own figures.

    Its conclusions are judged as well: holds, does not hold, or undecided.
    """
    if study not in STUDIES:
        raise BadInputError(f"no study {study!r}; {suggestion(study, STUDIES)}")
    place = where.place
    names = _names(only)
    if study == PENGUINS:
        run = _penguins(names, repeats, points, preprocessing.value, go_on)
    else:
        _refuse_for_penguins(points, preprocessing)
        run = _shipped(study, names, repeats, go_on)
    with progress(aside=as_json) as watcher:
        found = run(
            store=store.chosen,
            where=place,
            watcher=watcher,
            tracking_uri=tracking_uri,
            say=watcher.said,
        )
    _tell(found, as_json)
    raise typer.Exit(found.exit_code(strict))


def _penguins(
    names: tuple[str, ...],
    repeats: int | None,
    points: int | None,
    preprocessing: Literal["published", "corrected"],
    go_on: bool,
) -> Callable[..., Reproduction]:
    from sweeps.reproduce import penguins

    _check(names, penguins.experiment_names())
    wanted = penguins.Wanted(names, repeats, points, preprocessing, go_on)
    return partial(penguins.reproduce, wanted)


def _shipped(
    name: str, names: tuple[str, ...], repeats: int | None, go_on: bool
) -> Callable[..., Reproduction]:
    from sweeps.reproduce import study_run
    from sweeps.reproduce.study import study

    _check(names, study(name).names)
    return partial(study_run.reproduce, study(name), study_run.Asked(names, repeats, go_on))


def _refuse_for_penguins(points: int | None, preprocessing: Scaling) -> None:
    if points is not None:
        raise BadInputError("--points thins out the experiments of penguins; leave it out")
    if preprocessing != Scaling.published:
        raise BadInputError("--preprocessing is an option of penguins; leave it out")


def _names(only: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(name.strip() for given in only or () for name in given.split(",") if name.strip())


def _check(names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise BadInputError(f"no experiment {name!r}; {suggestion(name, known)}")


def _tell(found: Reproduction, as_json: bool) -> None:
    if as_json:
        say([json_text(asdict(found))])
    else:
        for table in found.tables:
            console().print(table.rich())
        say([f"MLflow: {found.where or 'sweeps ui'}", f"tables and pictures: {found.folder}"])
    if found.without_score:
        complain(f"no trial has a score: {', '.join(found.without_score)}")
