"""Reads a sweep file that somebody submitted, who may mean harm.

What it names is allowed only as the operator said, and nothing of it is imported here. Refusals
have the words and places of the command line, and tell nothing of this machine but what was typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from search_spaces import SpaceError
from search_spaces.errors import printable
from sweeps.discovery.discover import completed
from sweeps.errors import SweepError
from sweeps.reading.overrides import overridden
from sweeps.reading.section import Section
from sweeps.reading.subject import folder_of
from sweeps.reading.sweep import read_sweep
from sweeps.reading.sweep_file import SweepFile
from sweeps.service.admission.bounds import check_bounds, document_in, overrides_in
from sweeps.service.admission.code import check_code, code_folder, code_in
from sweeps.service.admission.data import (
    TABLES,
    check_data,
    data_folder,
    studies_settled,
    tables_settled,
)
from sweeps.service.admission.folders import roots_of
from sweeps.service.admission.looking import LOOKS
from sweeps.service.admission.notify import check_notify
from sweeps.service.settings import Allowed
from sweeps.sweep import Sweep

LONGEST_NAME = 200
"""Characters of the file's name, which stands in messages and nowhere else."""


def admit(text: bytes, file_name: str, overrides: Sequence[str], allowed: Allowed) -> Sweep:
    """The sweep that may be run, every file and folder that it names by its whole path.

    `overrides` are `KEY.KEY=VALUE`. A model's space that only its code says is found out in another
    process. Raises SweepFileError, one line `FILE:LINE:COL: message`, for what is no sweep and for
    what the operator has not allowed.
    """
    name = printable(file_name)[:LONGEST_NAME] or "sweep.yaml"
    source = SweepFile(document_in(text, name), overrides_in(overrides))
    with source.blamed(), _unplaced(allowed):
        settled = _settled(overridden(source.document.value, source.overrides), allowed)
        sweep = read_sweep(completed(settled, "", LOOKS.space_of))
        check_admitted(sweep, allowed)
        check_bounds(sweep)
    return sweep


def check_admitted(sweep: Sweep, allowed: Allowed) -> None:
    """Raise SweepError unless a sweep, as it was read, names only what is there and allowed.

    Looks at links anew: what a sweep was admitted with may be another file by now.
    """
    check_code(sweep, allowed)
    check_data(sweep, allowed)
    check_notify(sweep.document, allowed)


def _settled(document: Any, allowed: Allowed) -> Any:
    """The description with whole paths. What is no description is left to be refused."""
    if not isinstance(document, Mapping):
        return document
    folder_of(Section.of(document, ()), "")
    settled = dict(document)
    typed = settled.pop("folder", ".")
    if isinstance(task := settled.get("task"), Mapping):
        settled["task"] = tables_settled(task, typed, allowed)
        tables = [
            settled["task"][key] for key in TABLES if settled["task"].get(key) != task.get(key)
        ]
        if tables:
            settled["folder"] = data_folder(tables[0], allowed)
    if named := code_in(settled):
        settled["folder"] = code_folder(named, typed, allowed)
    if isinstance(search := settled.get("search"), Mapping):
        settled["search"] = studies_settled(search, typed, allowed)
    return settled


@contextmanager
def _unplaced(allowed: Allowed) -> Iterator[None]:
    """Within it, errors do not say where on this machine the registered folders are."""
    try:
        yield
    except SpaceError as error:
        about_key = isinstance(error, SweepError) and error.about_key
        lines = error.lines if isinstance(error, SweepError) else ""
        said, traced = (_without_folders(text, allowed) for text in (error.message, lines))
        raise SweepError(said, error.path, about_key=about_key, lines=traced) from error


def _without_folders(text: str, allowed: Allowed) -> str:
    registered = (*allowed.code_folders, *allowed.data_folders)
    folders = {str(folder) for folder in (*registered, *roots_of(registered))} - {"/", "."}
    for folder in sorted(folders, key=len, reverse=True):
        text = text.replace(f"{folder}/", "").replace(folder, "the service's folder")
    return text
