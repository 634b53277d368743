"""The flags of `sweeps serve`: read once, into settings, with a line for whatever cannot be."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from sweeps import cores
from sweeps.cli.endings import BadInputError
from sweeps.executors import gpus
from sweeps.executors.ray import address
from sweeps.service.settings import Allowed, Cluster, Settings, Tls
from sweeps.store import Store

PORT, DRAIN_SECONDS = Settings.port, Settings.drain_seconds
CODE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:([A-Za-z_]\w*(\.[A-Za-z_]\w*)*|\*)")
HOST = re.compile(r"[\w.:\[\]-]+")
MLFLOW = "MLFLOW_TRACKING_URI"


@dataclass(frozen=True)
class ServiceFlags:
    """What was typed of a service; None for what was left out."""

    host: str | None = None
    port: int | None = None
    slots: int | None = None
    gpus: str | None = None
    tracking_uri: str | None = None
    mlflow_port: int | None = None
    no_mlflow: bool | None = None
    auth: bool | None = None
    allow_host: Sequence[str] | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    behind_tls: bool | None = None
    data_folder: Sequence[Path] | None = None
    code_folder: Sequence[Path] | None = None
    allow: Sequence[str] | None = None
    notify_host: Sequence[str] | None = None
    notify_command: Sequence[Path] | None = None
    ray_address: str | None = None
    ray_coordinators: bool | None = None
    drain_seconds: float | None = None

    def settings(self, store: Store) -> Settings:
        """What is meant. Raises BadInputError for what cannot be."""
        cluster = self._cluster(store)
        return Settings(
            store=store,
            host=self.host or Settings.host,
            port=PORT if self.port is None else self.port,
            slots=self.slots or self._cores(),
            gpus=self._gpus(),
            tracking_uri=self.tracking_uri or os.environ.get(MLFLOW) or None,
            mlflow_port=self.mlflow_port,
            mlflow=not self.no_mlflow,
            auth=bool(self.auth),
            hosts=tuple(_matching(self.allow_host, HOST, "--allow-host", "the name of a host")),
            tls=self._tls(),
            behind_tls=bool(self.behind_tls),
            allowed=self._allowed(),
            cluster=cluster,
            drain_seconds=DRAIN_SECONDS if self.drain_seconds is None else self.drain_seconds,
        )

    def _cores(self) -> int:
        """Those of the cluster, as far as it is there; else this machine's."""
        if self.ray_address is not None:
            from sweeps.service.ray.size import cores_of

            return cores_of(self.ray_address) or cores.usable()
        return cores.usable()

    def _gpus(self) -> tuple[str, ...]:
        names = tuple(name.strip() for name in (self.gpus or "").split(",") if name.strip())
        doubled = [name for place, name in enumerate(names) if name in names[:place]]
        if doubled:
            raise BadInputError(f"--gpus: {doubled[0]!r} is named twice")
        try:
            gpus.check(names)
        except ValueError as error:
            raise BadInputError(f"--{error}") from error
        return names

    def _tls(self) -> Tls | None:
        if self.tls_cert is None and self.tls_key is None:
            return None
        if self.tls_cert is None or self.tls_key is None:
            there, missing = ("--tls-key", "--tls-cert")[:: 1 if self.tls_key else -1]
            raise BadInputError(f"{there} goes with {missing}: a certificate needs its key")
        return Tls(_file(self.tls_cert, "--tls-cert"), _file(self.tls_key, "--tls-key"))

    def _allowed(self) -> Allowed:
        code = _matching(self.allow, CODE, "--allow", "MODULE:NAME, or MODULE:* for all of one")
        commands = (_program(path) for path in self.notify_command or ())
        return Allowed(
            data_folders=tuple(_folders(self.data_folder, "--data-folder")),
            code_folders=tuple(_folders(self.code_folder, "--code-folder")),
            code=tuple(code),
            notify_hosts=tuple(
                _matching(self.notify_host, HOST, "--notify-host", "the name of a host")
            ),
            notify_commands=tuple(commands),
        )

    def _cluster(self, store: Store) -> Cluster | None:
        if self.ray_address is None:
            if self.ray_coordinators:
                raise BadInputError("--ray-coordinators goes with --ray-address: of which cluster?")
            return None
        unfit = address.unfit(self.ray_address)
        if unfit is not None:
            raise BadInputError(f"--ray-address: {unfit}")
        if self.gpus:
            raise BadInputError(
                f"--gpus: {self.gpus} are this machine's, and the cluster trains: leave them out, "
                "sweeps ask for its GPUs by themselves"
            )
        if self.ray_coordinators and store.ledger_file is not None:
            raise BadInputError(
                "--ray-coordinators needs a ledger that the cluster reaches, and "
                f"{store.ledger_file} is a file of this machine: say --ledger postgresql://…"
            )
        return Cluster(self.ray_address, bool(self.ray_coordinators))


AS_IT_IS = ServiceFlags()
ServiceOption = ServiceFlags
"""The type of the parameter `service` of `sweeps serve`; `flag_groups` makes options of it."""


def _matching(
    given: Sequence[str] | None, pattern: re.Pattern[str], flag: str, wanted: str
) -> Iterable[str]:
    for text in given or ():
        if not pattern.fullmatch(text):
            raise BadInputError(f"{flag}: {text!r} is not {wanted}")
        yield text


def _folders(given: Sequence[Path] | None, flag: str) -> Iterable[Path]:
    for path in given or ():
        if not path.is_dir():
            wrong = "is not a folder" if path.exists() else "does not exist"
            raise BadInputError(f"{flag}: {path} {wrong}")
        yield path.resolve()


def _file(path: Path, flag: str) -> Path:
    if not path.is_file():
        wrong = "is not a file" if path.exists() else "does not exist"
        raise BadInputError(f"{flag}: {path} {wrong}")
    if not os.access(path, os.R_OK):
        raise BadInputError(f"{flag}: {path} cannot be read by this user")
    return path.absolute()


def _program(path: Path) -> str:
    if not path.is_absolute():
        raise BadInputError(f"--notify-command: {path} is not a whole path, as in /usr/bin/mail")
    if not (path.is_file() and os.access(path, os.X_OK)):
        raise BadInputError(f"--notify-command: {path} is no program that this user may run")
    return str(path)


def _option(kind: Any, flag: str, says: str, **more: Any) -> Any:
    return Annotated[kind, typer.Option(flag, help=says, **more)]


OPTIONS: Mapping[str, Any] = {
    "host": _option(
        str | None,
        "--host",
        f"The address to listen at; {Settings.host}, this machine alone, when left out.",
        metavar="HOST",
    ),
    "port": _option(
        int | None, "--port", f"{PORT} when left out; 0 for any free one.", min=0, max=65535
    ),
    "slots": _option(
        int | None,
        "--slots",
        "Trial processes at once, over all sweeps; as many as cores, of the cluster if there is "
        "one, when left out.",
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
        f"Where MLflow keeps runs: a server, or a database that is then served; {MLFLOW} or "
        "mlflow.db in the store when left out.",
        metavar="URI",
    ),
    "mlflow_port": _option(
        int | None,
        "--mlflow-port",
        "Of the MLflow server that is started; 5000, or a free one, when left out.",
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
        "Nobody does anything without a token, as it is once a token was made.",
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
        bool | None, "--behind-tls", "A proxy before the service speaks HTTPS for it."
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
        "A program that submitted sweeps may have told, by its whole path. May be repeated.",
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
        f"How long the end waits for trials under way; {DRAIN_SECONDS:g} when left out.",
        min=0.0,
    ),
}
