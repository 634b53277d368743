"""What was typed of a service: read once, into settings, with a line for whatever cannot be."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sweeps import cores
from sweeps.cli.endings import BadInputError
from sweeps.executors import gpus
from sweeps.executors.ray import address
from sweeps.service.settings import Allowed, Cluster, Settings, Tls
from sweeps.store import Store
from tracking.store_uri import resolve

CODE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:([A-Za-z_]\w*(\.[A-Za-z_]\w*)*|\*)")
HOST = re.compile(r"[\w.:\[\]-]+")


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
            port=Settings.port if self.port is None else self.port,
            slots=self.slots or self._cores(),
            gpus=self._gpus(),
            tracking_uri=resolve(self.tracking_uri),
            mlflow_port=self.mlflow_port,
            mlflow=not self.no_mlflow,
            auth=bool(self.auth),
            hosts=tuple(_matching(self.allow_host, HOST, "--allow-host", "the name of a host")),
            tls=self._tls(),
            behind_tls=bool(self.behind_tls),
            allowed=self._allowed(),
            cluster=cluster,
            drain_seconds=(
                Settings.drain_seconds if self.drain_seconds is None else self.drain_seconds
            ),
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
