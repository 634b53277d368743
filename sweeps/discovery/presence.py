"""Whether the user's code is where a sweep says, told from files and their text: nothing is run."""

from __future__ import annotations

import ast
import importlib.util
import symtable
import sys
from pathlib import Path

from search_spaces.spelling import suggestion
from sweeps.discovery.module_spec import spec_in
from sweeps.errors import SweepError
from sweeps.user_code.user_code import user_lines

UNTOLD = ("*", "__getattr__", "globals", "exec", "setattr")
"""Where a module's text has one of these, it may hold names that its text does not tell."""
NEEDED = (
    *("sweeps", "search_spaces", "tracking"),
    *("numpy", "sklearn", "pandas", "tensorflow", "keras", "jax", "torch", "optuna", "mlflow"),
)
"""Packages that are imported while the user's folder stands first on the import path."""


def check_present(path: str, folder: str, place: tuple[str | int, ...]) -> None:
    """Refuse `module:name` of a module that is nowhere, cannot be parsed, or lacks the name.

    What only running the module would tell is let pass. Raises SweepError with that place.
    """
    module, _, name = path.partition(":")
    if module == "__main__":
        return
    spec = spec_in(module, [folder])
    if spec is None:
        if _is_installed(module.partition(".")[0]):
            return
        where = f"in {folder} or " if folder else ""
        message = f"{module}: no module of that name {where}among the installed packages"
        raise SweepError(message, place)
    _refuse_hiding(module.partition(".")[0], folder, place)
    if spec.origin is not None and spec.origin.endswith(".py"):
        _check_name(Path(spec.origin), module, name.partition(".")[0], place)


def _refuse_hiding(package: str, folder: str, place: tuple[str | int, ...]) -> None:
    if package in NEEDED or package in sys.stdlib_module_names:
        message = f"{package}: in {folder} it hides the package of that name: call it otherwise"
        raise SweepError(message, place)


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ValueError:  # a module that was made by hand has no spec, but is there
        return True


def _check_name(file: Path, module: str, name: str, place: tuple[str | int, ...]) -> None:
    try:
        text = file.read_bytes()
        tree = ast.parse(text, str(file))
        top = symtable.symtable(ast.unparse(tree), str(file), "exec")
    except OSError:
        return
    except (SyntaxError, ValueError) as error:
        message = f"{module}: cannot be imported: {type(error).__name__}: {error}"
        raise SweepError(message, place, lines=user_lines(error)) from error
    known = [
        one.get_name()
        for one in top.get_symbols()
        if one.is_assigned() or one.is_imported() or one.is_namespace()
    ]
    if name not in known and not _may_hold_more(tree):
        shown = [
            one for one in known if not one.startswith("_") and not top.lookup(one).is_imported()
        ]
        message = f"{module}:{name}: no {name!r} in {file}; {suggestion(name, shown)}"
        raise SweepError(message, place)


def _may_hold_more(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            return True
        names = (getattr(node, "id", None), getattr(node, "name", None))
        if any(name in UNTOLD for name in names):
            return True
    return False
