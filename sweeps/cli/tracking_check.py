"""Whether MLflow can keep runs: a server asked whether it answers, a database opened."""

from __future__ import annotations

import base64
import os
import re
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from sweeps.cli.finding import Finding, write_into
from sweeps.file_systems import over_network
from tracking import store_uri

SECONDS = 3.0
LONGEST_VERSION = 40
VERSION = re.compile(r"\d+(\.\w+)+")
ELSEWHERE = "give another place with --tracking-uri or MLFLOW_TRACKING_URI"


def tracking(uri: str | None) -> Finding:
    """The tracking store at `uri` (None: where MLflow logs by default). Nothing is made there."""
    place = store_uri.resolve(uri)
    shown = store_uri.without_credentials(place)
    facts: dict[str, Any] = {"tracking_uri": shown}
    if store_uri.is_server(place):
        return _server(place, shown, facts)
    file = store_uri.database_file(place)
    if file is not None:
        return Finding("MLflow", shown, facts, _about_file(file, shown))
    if urlsplit(place).scheme in ("", "file"):
        trouble = f"MLflow 3 keeps no runs in folders, as at {shown}: {ELSEWHERE}"
        return Finding("MLflow", shown, facts, trouble)
    return Finding("MLflow", shown, facts)


def _server(place: str, shown: str, facts: dict[str, Any]) -> Finding:
    try:
        _ask(place, "health")
        version = _ask(place, "version")
        if not VERSION.fullmatch(version):
            raise ValueError("what answers there is no MLflow server")  # noqa: TRY301
    except (OSError, HTTPException, ValueError) as error:
        reason = _reason(error)
        trouble = f"the MLflow server at {shown} cannot be used ({reason}); trials would wait here"
        said = f"{shown}, which does not answer as it should"
        return Finding("MLflow", said, facts | {"answers": False}, trouble)
    facts |= {"answers": True, "version": version}
    return Finding("MLflow", f"{shown}, which answers: MLflow {version}", facts)


def _ask(place: str, what: str) -> str:
    """What the server says in a line. Raises OSError, HTTPException, ValueError for no address."""
    base = store_uri.without_credentials(place).rstrip("/")
    request = urllib.request.Request(f"{base}/{what}", headers=_credentials(place))
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        said: bytes = answer.read(LONGEST_VERSION)
    return said.decode(errors="replace").strip()


def _credentials(place: str) -> dict[str, str]:
    """The name and password that MLflow would send: those in the address, or in its variables."""
    parts = urlsplit(place)
    token = os.environ.get("MLFLOW_TRACKING_TOKEN")
    name = unquote(parts.username or os.environ.get("MLFLOW_TRACKING_USERNAME") or "")
    password = unquote(parts.password or os.environ.get("MLFLOW_TRACKING_PASSWORD") or "")
    if not name and token:
        return {"Authorization": f"Bearer {token}"}
    if not name:
        return {}
    coded = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {coded}"}


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"it answers {error.code} {error.reason}"
    if isinstance(error, TimeoutError):
        return f"no answer in {SECONDS:g} s"
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return f"no answer in {SECONDS:g} s"
    return str(getattr(reason, "strerror", None) or reason)


def _about_file(file: Path, shown: str) -> str | None:
    """What is in the way of MLflow's database, or of making it; None when nothing is."""
    kind = over_network(file.parent)
    if kind is not None:
        return (
            f"MLflow's database {shown} is on a network file system ({kind}), where SQLite may "
            f"lose or tear what it holds: {ELSEWHERE}"
        )
    try:
        write_into(file.parent)
    except OSError as error:
        return f"MLflow cannot keep runs at {shown} ({error.strerror}): {ELSEWHERE}"
    if not file.exists():
        return None
    try:
        _try_lock(file)
    except sqlite3.Error as error:
        return f"MLflow's database {shown} cannot be used ({error}): {_way_out(error)}"
    return None


def _try_lock(file: Path) -> None:
    """Raise sqlite3.Error unless the database can be read, and locked as for a change."""
    address = f"file:{quote(str(file))}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=SECONDS)) as connection:
        connection.isolation_level = None
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")


def _way_out(error: sqlite3.Error) -> str:
    if "locked" in str(error):
        return "another program holds it; trials wait in the ledger meanwhile"
    if "readonly" in str(error):
        return f"mend its permissions, or {ELSEWHERE}"
    return f"move it away, or {ELSEWHERE}"
