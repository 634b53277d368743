"""What the operator of a service decides: where it listens, what it may run, how much at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sweeps import cores
from sweeps.store import Store

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Allowed:
    """What submitted sweeps may name.

    Tables are looked for under `data_folders` alone, modules under `code_folders`; `code` are the
    `module:name` that may be imported, in trial processes only (`module:*` for all of a module).
    Notifications go to `notify_hosts` and `notify_commands`, whole paths of programs.
    """

    data_folders: tuple[Path, ...] = ()
    code_folders: tuple[Path, ...] = ()
    code: tuple[str, ...] = ()
    notify_hosts: tuple[str, ...] = ()
    notify_commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """What one client may ask of the API. Sizes are bytes, times seconds.

    `requests` are those of one client in a second, `burst` how many may come at once; `queued` are
    sweeps of one user that have not ended; `streams` of events are followed at once, by one user
    no more than `streams_each`.
    """

    body_bytes: int = 1_000_000
    body_seconds: float = 10.0
    answer_seconds: float = 30.0
    requests: float = 50.0
    burst: int = 200
    queued: int = 1_000
    streams: int = 50
    streams_each: int = 25


@dataclass(frozen=True)
class Tls:
    """The files of a certificate and its key, PEM."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Cluster:
    """A Ray cluster that trains; with `coordinators` it runs those as Ray jobs, too."""

    address: str
    coordinators: bool = False


@dataclass(frozen=True)
class Settings:
    """A service as its operator wants it.

    `slots` are trial processes at once over all sweeps, `gpus` those of this machine that jobs are
    given. `hosts` are the names that requests may be addressed to, besides the address that it
    listens at. With `auth`, nobody does anything without a token. `tracking_uri` is where trials
    are logged: None for a database in the store. With `mlflow` a server beside the service shows
    what is there, unless it is one already.
    `drain_seconds` is how long the end waits for trials under way.
    """

    store: Store
    host: str = "127.0.0.1"
    port: int = 8765
    slots: int = field(default_factory=cores.usable)
    gpus: tuple[str, ...] = ()
    tracking_uri: str | None = None
    mlflow_port: int | None = None
    mlflow: bool = True
    auth: bool = False
    hosts: tuple[str, ...] = ()
    tls: Tls | None = None
    behind_tls: bool = False
    allowed: Allowed = Allowed()
    limits: Limits = Limits()
    cluster: Cluster | None = None
    drain_seconds: float = 20.0

    @property
    def loopback(self) -> bool:
        """Whether nobody but this machine can reach it."""
        return self.host in LOOPBACK

    @property
    def folder(self) -> Path:
        """Where the service keeps what is its own: its lock, and what its coordinators said."""
        return self.store.folder / "service"

    @property
    def trials_at(self) -> str:
        """The address of MLflow that coordinators log to; by default a database in the store."""
        if self.tracking_uri is not None:
            return self.tracking_uri
        folder = str(self.store.folder).replace("%", "%25").replace("?", "%3F")
        return f"sqlite:///{folder}/mlflow.db"

    @property
    def address(self) -> str:
        """Where its API is, for people and programs of this machine."""
        return self._at(self.host)

    @property
    def shared_address(self) -> str:
        """Where its API is for others: by the first name that clients may call it by.

        A proxy that speaks HTTPS for it is at the usual port.
        """
        name = next(iter(self.hosts), self.host)
        return f"https://{name}" if self.behind_tls and self.hosts else self._at(name)

    def _at(self, host: str) -> str:
        literal = f"[{host}]" if ":" in host else host
        return f"{'https' if self.tls else 'http'}://{literal}:{self.port}"
