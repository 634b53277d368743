"""Which files a submitted sweep may read: tables and Optuna studies below the data folders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from search_spaces.errors import Path as Place
from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.service.admission_folders import below, is_inside, roots_of
from sweeps.service.settings import Allowed
from sweeps.tasks.table_file import ENDINGS

TABLES = {"csv": "csv", "test_csv": "csv", "parquet": "parquet", "test_parquet": "parquet"}
"""Options of a task that name a table, and its form."""

SQLITE = "sqlite:///"
NOT_IN_STUDIES = "?%#"
"""What an address of SQLite gives another meaning to than a path does."""


def tables_settled(task: Mapping[str, Any], typed: str, allowed: Allowed) -> dict[str, Any]:
    """The task with each table's whole path in place of what was typed.

    `typed` is the description's own `folder`. Raises SweepError for a table that is in none of the
    data folders.
    """
    settled = dict(task)
    for key, form in TABLES.items():
        text = task.get(key)
        if isinstance(text, str) and text.strip():
            settled[key] = str(_file(text, typed, ("task", key), ENDINGS[form], allowed))
    return settled


def data_folder(file: str, allowed: Allowed) -> str:
    """The registered folder that a file is in."""
    roots = roots_of(allowed.data_folders)
    return next(str(root) for root in roots if is_inside(Path(file), [root]))


def studies_settled(search: Mapping[str, Any], typed: str, allowed: Allowed) -> dict[str, Any]:
    """The search with the whole paths of the Optuna studies that it begins with.

    Sweeps are named by id and need no leave: they are in the service's own store. Of studies only
    SQLite files of the data folders are read, and nothing is written there. Raises SweepError.
    """
    given = search.get("warm_start")
    listed = given if isinstance(given, list) else [given]
    settled = [
        _study_settled(one, typed, ("search", "warm_start", position), allowed)
        for position, one in enumerate(listed)
    ]
    return dict(search) if given is None else {**search, "warm_start": settled}


def _study_settled(entry: Any, typed: str, place: Place, allowed: Allowed) -> Any:
    url = entry.get("optuna") if isinstance(entry, Mapping) else None
    if not isinstance(url, str):
        return entry
    path = url.removeprefix(SQLITE)
    if not url.startswith(SQLITE) or any(sign in path for sign in NOT_IN_STUDIES):
        message = (
            "a service reads Optuna's studies from SQLite files of its data folders only: "
            f"write `optuna: {SQLITE}study.db`"
        )
        raise SweepError(message, (*place, "optuna"))
    file = _file(path, typed, (*place, "optuna"), (".db", ".sqlite", ".sqlite3"), allowed)
    return {**entry, "optuna": f"{SQLITE}{file}"}


def _file(text: str, typed: str, place: Place, endings: tuple[str, ...], allowed: Allowed) -> Path:
    """The file that is meant, all links followed. Raises SweepError."""
    inside = [found for folder in _folders(typed, allowed) for found in below(text, [folder])]
    roots = roots_of(allowed.data_folders)
    inside = [found for found in inside if is_inside(found, roots)]
    if not inside:
        message = f"{shown(text)} is in none of the data folders of this service: its operator "
        raise SweepError(message + "would have to register one, `--data-folder FOLDER`", place)
    for found in inside:
        if found.is_file():
            return found
    raise SweepError(f"there is no file {shown(text)}{_near(inside[0], endings)}", place)


def _folders(typed: str, allowed: Allowed) -> list[Path]:
    """Where files are looked for: the folder that was typed, then the registered ones."""
    return [*below(typed, allowed.data_folders), *roots_of(allowed.data_folders)]


def _near(missing: Path, endings: tuple[str, ...]) -> str:
    folder = missing.parent
    names = (
        sorted(one.name for one in folder.iterdir() if one.suffix in endings)
        if folder.is_dir()
        else []
    )
    return f"; {suggestion(missing.name, names)}" if names else ""
