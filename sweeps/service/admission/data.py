"""Which files a submitted sweep may read: tables and Optuna studies below the data folders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from search_spaces.errors import Path as Place
from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.service.admission.folders import below, is_file, is_inside, roots_of
from sweeps.service.settings import Allowed
from sweeps.sweep import StudyChoice, Sweep
from sweeps.tasks.table_file import ENDINGS, Form

TABLES: Mapping[str, Form] = {
    "csv": "csv",
    "test_csv": "csv",
    "parquet": "parquet",
    "test_parquet": "parquet",
}
"""Options of a task that name a table, and its form."""

SQLITE = "sqlite:///"
DATABASES = (".db", ".sqlite", ".sqlite3")
NOT_IN_STUDIES = "?%#"
"""What an address of SQLite gives another meaning to than a path does."""


def tables_settled(task: Mapping[str, Any], typed: str, allowed: Allowed) -> dict[str, Any]:
    """The task with each table's whole path in place of what was typed.

    `typed` is the description's own `folder`. Raises SweepError for a table that is in none of the
    data folders; whether it is there at all is not asked yet.
    """
    settled = dict(task)
    for key in TABLES:
        text = task.get(key)
        if isinstance(text, str) and text.strip():
            settled[key] = str(_meant(text, typed, ("task", key), allowed))
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
    if not isinstance(given, list):
        settled = _study_settled(given, typed, ("search", "warm_start", 0), allowed)
        return dict(search) if given is None else {**search, "warm_start": settled}
    settled = [
        _study_settled(one, typed, ("search", "warm_start", position), allowed)
        for position, one in enumerate(given)
    ]
    return {**search, "warm_start": settled}


def _study_settled(entry: Any, typed: str, place: Place, allowed: Allowed) -> Any:
    url = entry.get("optuna") if isinstance(entry, Mapping) else None
    if not isinstance(url, str) or "://" not in url:
        return entry
    path = url.removeprefix(SQLITE)
    if not url.startswith(SQLITE) or any(sign in path for sign in NOT_IN_STUDIES):
        message = (
            "a service reads Optuna's studies from SQLite files of its data folders only: "
            f"write `optuna: {SQLITE}study.db`"
        )
        raise SweepError(message, (*place, "optuna"))
    return {**entry, "optuna": f"{SQLITE}{_meant(path, typed, (*place, 'optuna'), allowed)}"}


def _meant(text: str, typed: str, place: Place, allowed: Allowed) -> Path:
    """The path, all links followed: of several the one that there is. Raises SweepError."""
    roots = roots_of(allowed.data_folders)
    where = (*below(typed, allowed.data_folders), *roots)
    inside = [one for folder in where for one in below(text, [folder]) if is_inside(one, roots)]
    if not inside:
        message = f"{shown(text)} is in none of the data folders of this service: its operator "
        raise SweepError(message + "would have to register one, `--data-folder FOLDER`", place)
    return next((found for found in inside if is_file(found)), inside[0])


def check_data(sweep: Sweep, allowed: Allowed) -> None:
    """Raise SweepError for a file that is not there, or no longer where it may be read."""
    roots = roots_of(allowed.data_folders)
    for path, place, endings in _files(sweep):
        file = next(iter(below(path, roots)), None)
        if file is None:
            raise SweepError("is in none of the data folders of this service", place)
        if not is_file(file):
            root = next(root for root in roots if is_inside(file, [root]))
            said = shown(str(file.relative_to(root)))
            raise SweepError(f"there is no file {said}{_near(file, endings)}", place)


def _files(sweep: Sweep) -> Iterator[tuple[str, Place, tuple[str, ...]]]:
    """Each file that a sweep reads, where it is named, and endings of its like."""
    for key, form in TABLES.items():
        if key in sweep.task.options:
            yield str(sweep.task.options[key]), ("task", key), ENDINGS[form]
    for position, entry in enumerate(sweep.search.warm_start):
        if isinstance(entry, StudyChoice):
            place = ("search", "warm_start", position, "optuna")
            # Of another address nothing is left that could be a path of a data folder.
            path = entry.url.removeprefix(SQLITE) if entry.url.startswith(SQLITE) else ""
            yield path, place, DATABASES


def _near(missing: Path, endings: tuple[str, ...]) -> str:
    try:
        names = sorted(one.name for one in missing.parent.iterdir() if one.suffix in endings)
    except OSError:  # there is no such folder, or none can have that name
        return ""
    return f"; {suggestion(missing.name, names)}" if names else ""
