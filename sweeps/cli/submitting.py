"""`sweeps submit`."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from sweeps.cli.endings import BadInputError, guarded
from sweeps.cli.options import NoMemo, Overrides, SweepFileArgument
from sweeps.cli.screen import say
from sweeps.cli.store_flags import ELSEWHERE, ServerOption, StoreFlags
from sweeps.cli.telling import command
from sweeps.client.address import SERVER
from sweeps.wording import titled

if TYPE_CHECKING:
    from sweeps.cli.distant import Distant
    from sweeps.client.info import Info

KEY_BYTES = 16
ONE_WORD = re.compile(r"[\x21-\x7e]{1,128}")
LONGEST_NAME = 200
"""Characters of a file's name that a service takes; messages begin with it."""

Priority = Annotated[
    int,
    typer.Option(
        "--priority",
        metavar="N",
        min=-10,
        max=100,
        help="Higher goes first; above 0 is for admins.",
    ),
]
Workers = Annotated[
    int, typer.Option("--workers", metavar="N", min=1, help="Trial processes; each takes a slot.")
]
Gpus = Annotated[
    int, typer.Option("--gpus", metavar="N", min=0, help="GPUs of the service for the sweep.")
]
GpuShare = Annotated[
    float | None,
    typer.Option("--gpu-share", metavar="PART", help="How much of a GPU a worker has, as in 0.5."),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="KEY",
        help="Submitted twice under one key, it is taken once; made up when left out.",
    ),
]
Follow = Annotated[
    bool, typer.Option("--follow", help="Look on until it ends; Ctrl-C leaves the sweep alone.")
]


@guarded
def submit(
    file: SweepFileArgument,
    overrides: Overrides = None,
    priority: Priority = 0,
    workers: Workers = 1,
    gpus: Gpus = 0,
    gpu_share: GpuShare = None,
    no_memo: NoMemo = False,
    key: Key = None,
    follow: Follow = False,
    store: ServerOption = ELSEWHERE,
) -> None:
    """Put a sweep into the queue of a service.

    Data and code that the file names are looked for where the service runs.
    """
    _check(file, store, key, gpu_share)
    from sweeps.cli.distant import connected
    from sweeps.client import commands

    submission = commands.Submission(
        file=_text(file),
        file_name=str(file)[-LONGEST_NAME:],
        overrides=overrides or (),
        priority=priority,
        workers=workers,
        gpus=gpus,
        gpu_share=gpu_share,
        memo=not no_memo,
    )
    with connected(store) as distant:
        name = key or secrets.token_hex(KEY_BYTES)
        info = commands.submit(distant.connection, submission, name)
        say(_taken(info, store, follow=follow))
        if follow:
            _follow(distant, info, store)


def _check(file: Path, store: StoreFlags, key: str | None, gpu_share: float | None) -> None:
    """Raise BadInputError for flags that cannot be."""
    if store.service is None:
        raise BadInputError(
            f"submit to which service? name it with --server or {SERVER}; `sweeps run {file}` runs "
            "the sweep here"
        )
    if key is not None and not ONE_WORD.fullmatch(key):
        raise BadInputError(f"--key: {key!r} is not one word of at most 128 plain characters")
    if gpu_share is not None and not 0 < gpu_share <= 1:
        raise BadInputError(f"--gpu-share: {gpu_share:g} is not a part of one, as in 0.5")


def _text(file: Path) -> str:
    """What the file says. Raises SweepFileError."""
    from sweeps.reading.readable_text import readable_text
    from sweeps.reading.sweep_file import content_of

    return readable_text(content_of(file), str(file))


def _follow(distant: Distant, info: Info, store: StoreFlags) -> NoReturn:
    from sweeps.cli.following import followed
    from sweeps.client.looking_on import Session

    followed(distant, Session.whole(distant.sweep_of(info.row), info.row), store)


def _taken(info: Info, store: StoreFlags, *, follow: bool) -> list[str]:
    from sweeps.client.queue_said import waits

    row = info.row
    where = "" if info.job is None or info.job.state == "over" else f"; it {waits(info.job)}"
    said = [f"{titled(row)}: {row.state}{where}"]
    if not follow:
        said += [
            f"how it stands: {command('status', row.sweep_id, store, None)}",
            f"to look on: {command('watch', row.sweep_id, store, None)}",
        ]
    return said
