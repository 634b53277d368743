"""`--workers`, `--gpus`, `--gpu-share`, `--executor` and `--address`: where a command trains."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, cast

import typer

from sweeps.cli.endings import BadInputError
from sweeps.executors import gpus
from sweeps.executors.where import EXECUTORS, Chosen, Executor, Where

AUTO = "auto"


@dataclass(frozen=True)
class WhereFlags:
    """What was typed of where fits are trained; None for what was left out."""

    workers: int | None = None
    gpus: str | None = None
    gpu_share: float | None = None
    executor: str | None = None
    address: str | None = None

    @property
    def chosen(self) -> Chosen:
        """What is meant, for Python. Raises BadInputError for what cannot be."""
        chosen: Chosen = {
            "workers": self.workers,
            "gpus": self.gpus,
            "gpu_share": self.gpu_share,
            "executor": cast(Executor | None, self.executor),
            "address": self.address,
        }
        _checked(chosen)
        return chosen

    @property
    def place(self) -> Where:
        """The same as one value."""
        return _checked(self.chosen)


def _checked(chosen: Chosen) -> Where:
    try:
        where = Where.of(chosen, chosen["executor"] or EXECUTORS[0])
        gpus.check(where.gpus or ())
    except ValueError as error:
        raise BadInputError(_as_typed(str(error))) from error
    return where


def _as_typed(message: str) -> str:
    """With flags in place of the names that Python's arguments have."""
    name, _, wrong = message.partition(":")
    said = re.sub("`([a-z_]+)`", lambda found: f"`{_flag(found[1])}`", wrong)
    return f"{_flag(name)}:{said}"


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


AUTOMATIC = WhereFlags()
WhereOption = WhereFlags
"""The type of the parameter `where` of a command; `flag_groups` makes options of it."""


def _number(typed: str) -> int | None:
    if typed == AUTO:
        return None
    if not typed.isdecimal():
        raise typer.BadParameter(f"{typed!r} is neither {AUTO} nor a number, 0 or more")
    return int(typed)


OPTIONS: Mapping[str, Any] = {
    "workers": Annotated[
        int | None,
        typer.Option(
            "--workers",
            parser=_number,
            metavar="N|auto",
            help="How many processes train; 0 trains in this one. By default, auto: as many as the "
            "GPUs that are named have room for; else as many as suit the trainer: one that uses "
            "all cores when trials are fused, else one a core, at most 4.",
        ),
    ],
    "gpus": Annotated[
        str | None,
        typer.Option(
            "--gpus",
            metavar="LIST",
            help="Each worker sees one of these GPUs and no other, as in 0,1; none hides all. When "
            "left out, the trainer takes what it finds.",
        ),
    ],
    "gpu_share": Annotated[
        float | None,
        typer.Option(
            "--gpu-share",
            metavar="PART",
            help="How much of a GPU a worker has: with 0.25, four workers share one.",
        ),
    ],
    "executor": Annotated[
        str | None,
        typer.Option(
            "--executor",
            metavar="|".join(EXECUTORS),
            help="Who runs workers: this machine, or a Ray cluster.",
        ),
    ],
    "address": Annotated[
        str | None,
        typer.Option(
            "--address",
            metavar="ADDRESS",
            help="The Ray cluster's; when left out, RAY_ADDRESS or one on this machine.",
        ),
    ],
}
