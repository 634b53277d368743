"""Which store records go to, and what its address says about it."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

_SQLITE = "sqlite:///"
_SORT_OF_PAGE = "?workflowType=machine_learning"


def resolve(uri: str | None) -> str:
    """Return the store's address: the one given, else MLFLOW_TRACKING_URI, else ./mlflow.db.

    The last is where MLflow 3 looks by itself, so a plain `mlflow ui` in the folder finds it. The
    path of an SQLite file becomes absolute, so that a change of folder changes nothing.
    """
    uri = uri or os.environ.get("MLFLOW_TRACKING_URI") or f"{_SQLITE}mlflow.db"
    if not uri.startswith(_SQLITE) or uri.startswith((f"{_SQLITE}/", f"{_SQLITE}:memory:")):
        return uri
    folder = str(Path.cwd()).replace("%", "%25").replace("?", "%3F")
    return f"{_SQLITE}{folder}/{uri.removeprefix(_SQLITE)}"


def is_server(uri: str) -> bool:
    """Whether a server answers at this address, rather than a database or a folder."""
    return urlsplit(uri).scheme in {"http", "https"}


def database_file(uri: str) -> Path | None:
    """Return the file of an SQLite store; None for every other store, and for one in memory."""
    name = unquote(uri.removeprefix(_SQLITE).partition("?")[0])
    if not uri.startswith(_SQLITE) or name in ("", ":memory:"):
        return None
    return Path(name).absolute()


def database_folder(uri: str) -> Path | None:
    """Return the folder an SQLite store lies in; None for every other store."""
    file = database_file(uri)
    return None if file is None else file.parent


def without_credentials(uri: str) -> str:
    """Return the address without a user name and password, fit to be shown."""
    parts = urlsplit(uri)
    if "@" not in parts.netloc:
        return uri
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def run_link(base_url: str, experiment_id: str, run_id: str) -> str:
    """Return the page of a run in MLflow's web interface served at `base_url`."""
    return f"{without_credentials(base_url).rstrip('/')}/{_runs(experiment_id, run_id)}"


def artifact_link(experiment_id: str, run_id: str, path: str) -> str:
    """Return the page of a run's artifact, relative to the web interface."""
    return _runs(experiment_id, run_id, "artifacts", *map(quote, path.split("/")))


def runs_link(experiment_id: str, runs_filter: str, metric: str, ascending: bool) -> str:
    """Return the list of an experiment's runs that match, relative to the web interface.

    Sorted by a metric it is flat; in MLflow's own order runs hide under their parents.
    """
    order = f"&orderByKey={quote(f'metrics.`{metric}`')}&orderByAsc={str(ascending).lower()}"
    return f"{_runs(experiment_id)}&searchFilter={quote(runs_filter)}{order if metric else ''}"


def _runs(experiment_id: str, *parts: str) -> str:
    """Name a page of runs; without its last part MLflow 3 shows it as one of language models."""
    return "/".join(("#/experiments", experiment_id, "runs", *parts)) + _SORT_OF_PAGE
