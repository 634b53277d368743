"""How the MLflow server beside a service is told to ask for the service's tokens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from sweeps.service.beside.mlflow_server import Words
from sweeps.service.settings import LOOPBACK, Settings
from tracking.mlflow_users import APP, access_environment, access_settings

DECIDES = "sweeps.service.beside.auth:authorize"
"""What MLflow asks who sends a request."""

ADMIN, VIEWER = "sweeps-admin", "sweeps-viewer"
"""Whom MLflow takes them for."""

LEDGER = "SWEEPS_MLFLOW_LEDGER"
"""The environment variable with the ledger's address, in MLflow's server."""


def access_words(settings: Settings, *, auth: bool) -> Words:
    """What MLflow's server is started with, besides: the names that it answers to, and who may.

    With `auth` nobody sees trials without a token. MLflow's settings for that are written into the
    service's folder, for this user's eyes alone.
    """
    hosts = ["--allowed-hosts", ",".join(_patterns(settings))]
    if not auth:
        return Words(hosts)
    folder = settings.folder
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "mlflow_access.ini"
    _write(file, access_settings(folder / "mlflow_users.db", ADMIN, DECIDES))
    environment = access_environment(file) | {LEDGER: settings.store.ledger_url}
    return Words([*hosts, "--app-name", APP], environment)


def _patterns(settings: Settings) -> Iterator[str]:
    """Each name with any port. What MLflow allows by default, `10.*`, are names in `10.evil.com`.

    Its patterns take a bracket for the beginning of a set of characters.
    """
    for name in dict.fromkeys((*LOOPBACK, settings.host, *settings.hosts)):
        host = f"[{name}]" if ":" in name else name
        yield host
        yield host.replace("[", "[[]", 1) + ":*"


def _write(file: Path, text: str) -> None:
    """Whoever reads it in between sees it whole, and nobody else's eyes see it."""
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(text)
    fresh.replace(file)
