"""The options of `sweeps serve`, by the names of what they are read into."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from sweeps.service.settings import Settings

TRACKING_URI = "MLFLOW_TRACKING_URI"
"""The variable that MLflow reads, too."""


def _option(kind: Any, flag: str, says: str, **more: Any) -> Any:
    return Annotated[kind, typer.Option(flag, help=says, **more)]


OPTIONS: Mapping[str, Any] = {
    "host": _option(
        str | None,
        "--host",
        f"The address to listen at; {Settings.host}, this machine alone, when left out. "
        "Beyond it, tokens and TLS are needed.",
        metavar="HOST",
    ),
    "port": _option(
        int | None,
        "--port",
        f"The port to listen at; {Settings.port} when left out, 0 for any free one.",
        metavar="N",
        min=0,
        max=65535,
    ),
    "slots": _option(
        int | None,
        "--slots",
        "Trial processes at once, over all sweeps; as many as cores, of the cluster if there is "
        "one, when left out.",
        metavar="N",
        min=1,
    ),
    "gpus": _option(
        str | None,
        "--gpus",
        "The GPUs that sweeps may ask for, as in 0,1; none when left out.",
        metavar="LIST",
    ),
    "tracking_uri": _option(
        str | None,
        "--tracking-uri",
        f"Where MLflow keeps runs: a server, or a database that is then served; {TRACKING_URI} or "
        "mlflow.db in this folder when left out, as for every command.",
        metavar="URI",
    ),
    "mlflow_port": _option(
        int | None,
        "--mlflow-port",
        "The port of MLflow, whose server is started beside the service; the one after --port, or "
        "a free one, when left out.",
        metavar="N",
        min=1,
        max=65535,
    ),
    "no_mlflow": _option(
        bool | None,
        "--no-mlflow",
        "Start no MLflow server; trials are logged to its database all the same.",
    ),
    "auth": _option(
        bool | None,
        "--auth",
        "Ask everybody for a token from the start; without it, as soon as one was made.",
    ),
    "allow_host": _option(
        list[str] | None,
        "--allow-host",
        "A name by which clients may call the service, besides its address. May be repeated.",
        metavar="NAME",
    ),
    "tls_cert": _option(
        Path | None, "--tls-cert", "A certificate, PEM: the service speaks HTTPS.", metavar="FILE"
    ),
    "tls_key": _option(Path | None, "--tls-key", "The certificate's key, PEM.", metavar="FILE"),
    "behind_tls": _option(
        bool | None, "--behind-tls", "A proxy in front of the service speaks HTTPS for it."
    ),
    "data_folder": _option(
        list[Path] | None,
        "--data-folder",
        "A folder whose tables submitted sweeps may use. May be repeated.",
        metavar="FOLDER",
    ),
    "code_folder": _option(
        list[Path] | None,
        "--code-folder",
        "A folder whose modules submitted sweeps may use. May be repeated.",
        metavar="FOLDER",
    ),
    "allow": _option(
        list[str] | None,
        "--allow",
        "Code that submitted sweeps may name, as in models:build; models:* for all of a module. "
        "May be repeated.",
        metavar="MODULE:NAME",
    ),
    "notify_host": _option(
        list[str] | None,
        "--notify-host",
        "A host that submitted sweeps may send notifications to. May be repeated.",
        metavar="NAME",
    ),
    "notify_command": _option(
        list[Path] | None,
        "--notify-command",
        "A program, by its whole path, that submitted sweeps may send notifications to. May be "
        "repeated.",
        metavar="PROGRAM",
    ),
    "ray_address": _option(
        str | None,
        "--ray-address",
        "Train on this Ray cluster, not on this machine: its head, or auto for the cluster that "
        "was started here.",
        metavar="HOST:PORT",
    ),
    "ray_coordinators": _option(
        bool | None,
        "--ray-coordinators",
        "Run the sweeps' coordinators there, too, as Ray jobs; needs a ledger on PostgreSQL.",
    ),
    "drain_seconds": _option(
        float | None,
        "--drain-seconds",
        "How long trials under way may take to finish when the service ends; "
        f"{Settings.drain_seconds:g} when left out.",
        metavar="SECONDS",
        min=0.0,
    ),
}
