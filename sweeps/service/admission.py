"""Reads a sweep file that somebody submitted, who may mean harm.

What it names is allowed only as the operator said, and nothing of it is imported here. Refusals
have the words and places of the command line, and tell nothing of this machine but what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from search_spaces.errors import printable
from sweeps.discovery.discover import completed
from sweeps.errors import SweepError, SweepFileError
from sweeps.overrides import Override, overridden
from sweeps.plan import plan_sweep
from sweeps.provenance import own_code
from sweeps.reading import read_sweep
from sweeps.reading_subject import folder_of
from sweeps.section import Section
from sweeps.service.admission_code import code_folder, code_in, is_allowed
from sweeps.service.admission_data import TABLES, data_folder, studies_settled, tables_settled
from sweeps.service.admission_folders import below, roots_of
from sweeps.service.admission_notify import check_notify
from sweeps.service.looking import LOOKS
from sweeps.service.settings import Allowed
from sweeps.strict_yaml import read_yaml
from sweeps.sweep import Sweep
from sweeps.sweep_file import SweepFile

LONGEST_NAME = 200
"""Characters of the file's name, which stands in messages and nowhere else."""
MOST_OVERRIDES = 100


def admit(text: bytes, file_name: str, overrides: Sequence[str], allowed: Allowed) -> Sweep:
    """The sweep that may be run, every file and folder that it names by its whole path.

    `overrides` are `KEY.KEY=VALUE`. Raises SweepFileError, one line `FILE:LINE:COL: message`, for
    what is no sweep and for what the operator has not allowed.
    """
    name = printable(file_name)[:LONGEST_NAME] or "sweep.yaml"
    if len(overrides) > MOST_OVERRIDES:
        message = f"{len(overrides):,} of them; a service takes {MOST_OVERRIDES} at most"
        raise SweepFileError("--set", message)
    document = read_yaml(text, name)
    source = SweepFile(document, tuple(Override.read(_clean(one)) for one in overrides))
    with source.blamed():
        settled = _settled(overridden(document.value, source.overrides), allowed)
        folder = str(settled.get("folder", "")) if isinstance(settled, Mapping) else ""
        sweep = read_sweep(completed(settled, folder, LOOKS.space_of), folder)
        check_admitted(sweep, allowed)
        plan_sweep(sweep)
    return sweep


def check_admitted(sweep: Sweep, allowed: Allowed) -> None:
    """Raise SweepError unless a sweep, as it was read, names only what is allowed.

    Looks at links anew: what a sweep was admitted with may be another file by now.
    """
    folders = [str(root) for root in roots_of(allowed.code_folders)]
    loading = [str(sweep.task.options["load"])] if "load" in sweep.task.options else []
    for path in (*own_code(sweep), *loading):
        if not is_allowed(path, allowed, folders) or not below(sweep.folder, allowed.code_folders):
            raise SweepError(f"{path} is not among the code that this service runs")
    for key in TABLES:
        if key in sweep.task.options and not below(
            str(sweep.task.options[key]), allowed.data_folders
        ):
            raise SweepError("is in none of the data folders of this service", ("task", key))
    studies_settled(sweep.document.get("search", {}), ".", allowed)
    check_notify(sweep.document, allowed)


def _clean(override: str) -> str:
    """What JSON may hold and no text can: a half of a character."""
    return override.encode("utf-8", "replace").decode("utf-8")


def _settled(document: Any, allowed: Allowed) -> Any:
    """The description with whole paths. What is no description is left to be refused."""
    if not isinstance(document, Mapping):
        return document
    settled = dict(document)
    folder_of(Section.of(document, ()), "")
    typed = settled.pop("folder", ".")
    if isinstance(task := settled.get("task"), Mapping):
        settled["task"] = tables_settled(task, typed, allowed)
        tables = [settled["task"][key] for key in TABLES if isinstance(task.get(key), str)]
        if tables:
            settled["folder"] = data_folder(tables[0], allowed)
    if named := code_in(settled):
        settled["folder"] = code_folder(named, typed, allowed)
    if isinstance(search := settled.get("search"), Mapping):
        settled["search"] = studies_settled(search, typed, allowed)
    check_notify(settled, allowed)
    return settled
