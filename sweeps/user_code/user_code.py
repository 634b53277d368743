"""The user's own code: found beside the sweep file, and blamed with the user's own lines."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.chatter import without_chatter
from sweeps.errors import SweepError
from sweeps.trial import Failure
from sweeps.user_code.loaded import noted

OURS = ("sweeps", "search_spaces", "tracking", "importlib", "concurrent", "multiprocessing")
"""Packages whose frames say nothing about a mistake in the user's code."""

NOWHERE = os.devnull
"""The folder of a sweep whose code is all in installed packages: on no machine has it a module."""

LONGEST_PATH = 200
"""Characters of a `module:name`."""

_IMPORTING = threading.Lock()


class UserCodeError(RuntimeError):
    """What the user's code raised, or why it was not found. `lines` is a traceback of theirs."""

    def __init__(self, message: str, lines: str = "") -> None:
        super().__init__(message)
        self.lines = lines

    def __reduce__(self) -> tuple[type[UserCodeError], tuple[str, str]]:
        return type(self), (str(self), self.lines)

    @property
    def failure(self) -> Failure:
        """The failure of a fit that met it."""
        return Failure("user_error", str(self), self.lines)


def check_path(value: object, path: tuple[str | int, ...]) -> str:
    """A `module:name` as a sweep file may give it; nothing is imported.

    Raises SweepError with that path for anything else.
    """
    module, colon, name = value.partition(":") if isinstance(value, str) else ("", "", "")
    parts = [*module.split("."), *name.split(".")]
    if len(module) + len(name) > LONGEST_PATH:
        raise SweepError(f"{shown(value)} has more than {LONGEST_PATH} characters", path)
    if not colon or not all(part.isidentifier() for part in parts):
        message = f"{shown(value)} is not of the form `module:name`, such as `my_model:build`"
        raise SweepError(message, path)
    return str(value)


def load(path: str, folder: str) -> Any:
    """What stands under `module:name`, the module looked for in `folder` first.

    The folder stays on the import path, since the module may import its neighbours later. Raises
    UserCodeError for a module or a name that is not there, and for whatever importing it raises.
    """
    module_name, _, name = path.partition(":")
    with _IMPORTING:
        found: Any = _imported(module_name, folder)
    for part in name.split("."):
        if not hasattr(found, part):
            known = [one for one in vars(found) if not one.startswith("_")]
            raise UserCodeError(
                f"{path}: no {part!r} in {_place(found)}; {suggestion(part, known)}"
            )
        found = getattr(found, part)
    return found


@contextmanager
def blamed(what: str) -> Iterator[None]:
    """Whatever the user's code raises within, `sys.exit` too, becomes a UserCodeError.

    A lack of memory is not its fault, and stays what it is. `what` says in a few words what was
    being done: `my_model:build`.
    """
    try:
        yield
    except (UserCodeError, MemoryError):
        raise
    except (Exception, SystemExit) as error:
        message = f"{what}: {type(error).__name__}: {error}"
        raise UserCodeError(message, user_lines(error)) from error


def user_lines(error: BaseException) -> str:
    """The traceback without the frames that lead from this package to the user's code."""
    frames = error.__traceback__
    while frames is not None and _is_ours(frames):
        frames = frames.tb_next
    if isinstance(error, SyntaxError):
        frames = None
    return "".join(traceback.TracebackException(type(error), error, frames).format())


def _is_ours(frames: TracebackType) -> bool:
    name = str(frames.tb_frame.f_globals.get("__name__", ""))
    return name.partition(".")[0] in OURS


def _imported(name: str, folder: str) -> ModuleType:
    if folder and folder not in sys.path:
        sys.path.insert(0, folder)
    _forget_namesake(name, folder)
    importlib.invalidate_caches()
    try:
        if name in sys.modules:
            return importlib.import_module(name)
        with without_chatter(), noted(folder):
            return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            where = f"in {folder} or " if folder else ""
            message = f"{name}: no module of that name {where}among the installed packages"
            raise UserCodeError(message) from error
        raise UserCodeError(f"{name}: {error}", user_lines(error)) from error
    except (Exception, SystemExit) as error:
        message = f"{name}: cannot be imported: {type(error).__name__}: {error}"
        raise UserCodeError(message, user_lines(error)) from error


def _forget_namesake(name: str, folder: str) -> None:
    """Of two sweeps' modules with the same name, each is to get its own."""
    top = name.partition(".")[0]
    loaded = sys.modules.get(top)
    if not folder or top == "__main__" or loaded is None:
        return
    candidates = (Path(folder) / f"{top}.py", Path(folder) / top / "__init__.py")
    own = next((file for file in candidates if file.is_file()), None)
    held = getattr(loaded, "__file__", None)
    if own is not None and held is not None and not own.samefile(held):
        for known in [one for one in sys.modules if one.partition(".")[0] == top]:
            del sys.modules[known]
        sys.path.remove(folder)
        sys.path.insert(0, folder)


def _place(found: Any) -> str:
    return str(getattr(found, "__file__", None) or getattr(found, "__name__", found))
