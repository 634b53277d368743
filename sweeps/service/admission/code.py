"""Which code a submitted sweep may name: what the operator allowed, in folders that are theirs.

Nothing of it is imported here; files and their text tell all that is asked.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from search_spaces.errors import Path as Place
from search_spaces.values import shown
from sweeps.discovery.module_spec import spec_in
from sweeps.discovery.source import file_of
from sweeps.errors import SweepError
from sweeps.provenance import own_code
from sweeps.reading.subject import OWN_CODE
from sweeps.service.admission.folders import below, is_inside, roots_of
from sweeps.service.admission.installed import installed
from sweeps.service.settings import Allowed
from sweeps.sweep import Sweep
from sweeps.user_code.user_code import NOWHERE, check_path

Named = tuple[str, Place]
"""A `module:name`, and where in the description it stands."""


def code_in(document: Mapping[str, Any]) -> list[Named]:
    """All code that a description names. Raises SweepError for what is no `module:name`.

    What is not even a text is left to whoever reads it.
    """
    return [(check_path(text, place), place) for text, place in _texts(document)]


def _texts(document: Mapping[str, Any]) -> Iterator[tuple[str, Place]]:
    for key in OWN_CODE:
        given = document.get(key)
        options = given if isinstance(given, Mapping) else {"path": given}
        for option in ("path", "callbacks"):
            if isinstance(text := options.get(option), str):
                yield text, (key, option) if options is given else (key,)
    task, evaluate = document.get("task"), document.get("evaluate")
    if isinstance(task, Mapping) and isinstance(text := task.get("load"), str):
        yield text, ("task", "load")
    metrics = evaluate.get("metrics") if isinstance(evaluate, Mapping) else None
    for position, text in enumerate(metrics if isinstance(metrics, list) else ()):
        if isinstance(text, str) and ":" in text:
            yield text, ("evaluate", "metrics", position)


def code_folder(named: Sequence[Named], typed: str, allowed: Allowed) -> str:
    """The one folder in which all of the code is looked for.

    `typed` is the description's own `folder`. Where no folder of code is registered, code that is
    all in installed packages is looked for nowhere else. Raises SweepError for code that the
    operator has not allowed, and where there is no such folder.
    """
    _refuse_unlisted(named, allowed)
    # Whoever submits what a service has made of a file, with this folder, chooses nothing by it.
    folder = _chosen(named, "." if typed == NOWHERE else typed, allowed)
    _refuse_unfit(named, folder, allowed)
    return folder


def _chosen(named: Sequence[Named], typed: str, allowed: Allowed) -> str:
    folders = [place for place in below(typed, allowed.code_folders) if place.is_dir()]
    if folders:
        return _holding(named, [str(folder) for folder in folders])
    if typed == "." and (allowed.code_folders or not _missing(named)):
        return NOWHERE
    said = "this service has no folder of code" if typed == "." else f"{shown(typed)} is none"
    message = f"{said}: its operator would have to register one, `--code-folder FOLDER`"
    raise SweepError(message, named[0][1] if typed == "." else ("folder",))


def check_code(sweep: Sweep, allowed: Allowed) -> None:
    """Raise SweepError unless all code that a sweep names is listed, and where it may be."""
    named: list[Named] = [(path, ("evaluate", "metrics")) for path in own_code(sweep)]
    if "load" in sweep.task.options:
        named.append((str(sweep.task.options["load"]), ("task", "load")))
    if not named:
        return
    _refuse_unlisted(named, allowed)
    if sweep.folder != NOWHERE:
        folders = below(sweep.folder, allowed.code_folders)
        if not any(folder.is_dir() for folder in folders):
            raise SweepError("is none of the folders of code of this service", ("folder",))
    _refuse_unfit(named, sweep.folder, allowed)


def _refuse_unfit(named: Sequence[Named], folder: str, allowed: Allowed) -> None:
    """Refuse what would be imported and is not what the operator meant."""
    _refuse_namesakes(named, folder, allowed)
    _refuse_links(named, folder, allowed)
    _refuse_unlisted(named, allowed, folder)


def _refuse_namesakes(named: Sequence[Named], folder: str, allowed: Allowed) -> None:
    """Refuse modules of installed packages that would stand in for those of a folder of code.

    Nobody knows what a registered folder has that is not there, for want of a mount.
    """
    for path, place in named:
        module = path.partition(":")[0]
        if _own(module, folder) is not None:
            continue
        roots = roots_of(allowed.code_folders)
        if not all(root.is_dir() for root in roots):
            message = f"{shown(path)}: a folder of code of this service is not there just now"
            raise SweepError(message, place)
        if any(file_of(module, str(root)) is not None for root in roots):
            message = f"{shown(path)}: not that of this service's folder of code would be imported"
            raise SweepError(message, place)
        if folder == NOWHERE and installed(module) is None:
            raise SweepError(f"{shown(path)}: no module of an installed package", place)


def _missing(named: Sequence[Named]) -> list[Named]:
    """Those whose module is in no installed package."""
    return [(path, place) for path, place in named if installed(path.partition(":")[0]) is None]


def _refuse_unlisted(named: Sequence[Named], allowed: Allowed, folder: str | None = None) -> None:
    """By what the operator wrote alone, or also by what the modules define in that folder."""
    for path, place in named:
        listed = is_listed(path, allowed) if folder is None else is_allowed(path, allowed, folder)
        if not listed:
            raise SweepError(
                f"{shown(path)} is not among the code that this service runs: "
                f"its operator would have to register it, `--allow {path}`",
                place,
            )


def _refuse_links(named: Sequence[Named], folder: str, allowed: Allowed) -> None:
    roots = roots_of(allowed.code_folders)
    for path, place in named:
        file = _own(path.partition(":")[0], folder)
        if file is not None and not is_inside(Path(os.path.realpath(file)), roots):
            message = f"{shown(path)}: its file is a link that leads out of the folders of code"
            raise SweepError(message, place)


def is_listed(path: str, allowed: Allowed) -> bool:
    """Whether the operator listed the code by its name, or something of its module."""
    return path in allowed.code or f"{path.partition(':')[0]}:*" in allowed.code


def is_allowed(path: str, allowed: Allowed, folder: str) -> bool:
    """Whether the operator listed the code, by its name or (`module:*`) with all of its module.

    The latter are names that the module's text defines or lists in `__all__`, not what it imports:
    `my_model:os.system` is none of them. The text is that of the folder, which is imported first,
    or of an installed package.
    """
    module, _, name = path.partition(":")
    if path in allowed.code:
        return True
    return f"{module}:*" in allowed.code and name in _defined(module, folder)


def _holding(named: Sequence[Named], folders: Sequence[str]) -> str:
    """The first of the folders that has every module which any of them has."""
    there = {folder: {m for m in _modules(named) if file_of(m, folder)} for folder in folders}
    everything = set().union(*there.values())
    for folder, modules in there.items():
        if modules == everything:
            return folder
    message = "what this sweep names is in several folders of code: it must all be in one"
    raise SweepError(message, named[0][1])


def _modules(named: Sequence[Named]) -> set[str]:
    return {path.partition(":")[0] for path, _ in named}


def _defined(module: str, folder: str) -> set[str]:
    file = _own(module, folder) or installed(module)
    try:
        text = file.read_bytes() if file is not None and file.suffix == ".py" else b""
        tree = ast.parse(text)
    except (OSError, SyntaxError, ValueError):
        return set()
    return {name for statement in tree.body for name in _names(statement)}


def _own(module: str, folder: str) -> Path | None:
    """The folder's file that an import would read, with the folder first on the import path.

    A folder of it that is no package gives way to an installed package of that name.
    """
    spec = spec_in(module, [folder, *sys.path])
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin)
    return file if file.is_relative_to(folder) else None


def _names(statement: ast.stmt) -> Iterator[str]:
    """What a statement at the top of a module defines; of `__all__`, what it lists."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Assign):
        names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
        yield from names
        if names == ["__all__"] and isinstance(statement.value, ast.List | ast.Tuple):
            listed = (one.value for one in statement.value.elts if isinstance(one, ast.Constant))
            yield from (str(one) for one in listed)
