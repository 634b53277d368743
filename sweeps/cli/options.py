"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SweepFileArgument = Annotated[Path, typer.Argument(help="A sweep file (YAML).", metavar="FILE")]
SweepId = Annotated[
    str,
    typer.Argument(
        help="A sweep's id, or the beginning of one; the most recent sweep when left out.",
        metavar="ID",
        show_default=False,
    ),
]
TrialPlace = Annotated[
    str,
    typer.Argument(
        help="A trial, as in latest/12 or mn2p5d/12; without a number, what failed in the sweep.",
        metavar="ID[/TRIAL]",
        show_default=False,
    ),
]
OneOrAll = Annotated[
    str | None,
    typer.Argument(
        help="A sweep's id, or the beginning of one; every sweep when left out.",
        metavar="ID",
        show_default=False,
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change a value of the file, as in --set search.trials=50. May be repeated.",
    ),
]
TrackingUri = Annotated[
    str | None,
    typer.Option(
        "--tracking-uri",
        metavar="URI",
        help="Where MLflow keeps runs; MLFLOW_TRACKING_URI or mlflow.db here when left out.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
NoMemo = Annotated[
    bool,
    typer.Option(
        "--no-memo", help="Train also what was trained before, on the same rows, seed and code."
    ),
]
