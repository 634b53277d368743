"""What a user's module says of itself, read from its text: nothing of it is run."""

from __future__ import annotations

import ast
from pathlib import Path


def file_of(module: str, folder: str) -> Path | None:
    """The file of a module of the folder; None when it is not there."""
    stem = Path(folder, *module.split("."))
    candidates = (stem.with_suffix(".py"), stem / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


def tree_of(module: str, folder: str) -> ast.Module | None:
    """The syntax tree of a module of the folder; None when it is not there or cannot be read."""
    file = file_of(module, folder)
    try:
        return ast.parse(file.read_bytes()) if file else None
    except (OSError, SyntaxError, ValueError):
        return None


def imported_by(module: str, folder: str) -> frozenset[str]:
    """The packages that a module of the folder imports, by the first part of their names."""
    tree = tree_of(module, folder)
    found: set[str] = set()
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return frozenset(found)


def asks_for_hp(path: str, folder: str) -> bool | None:
    """Whether `module:name` is built from KerasTuner's `hp`; None where the text does not tell.

    It is when the first parameter is called so, or when it is a class with such a `build`.
    """
    module, _, name = path.partition(":")
    tree = tree_of(module, folder)
    for node in tree.body if tree else ():
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return _first(node, 0)
        if isinstance(node, ast.ClassDef) and node.name == name:
            builds = [one for one in node.body if isinstance(one, ast.FunctionDef)]
            return next((_first(one, 1) for one in builds if one.name == "build"), None)
    return None


def trains_itself(path: str, folder: str) -> bool:
    """Whether `module:name` is a class with a `fit` of its own, as far as the text tells."""
    module, _, name = path.partition(":")
    tree = tree_of(module, folder)
    classes = [one for one in tree.body if isinstance(one, ast.ClassDef)] if tree else []
    methods = (one for kind in classes if kind.name == name for one in kind.body)
    return any(isinstance(one, ast.FunctionDef) and one.name == "fit" for one in methods)


def first_parameter(path: str, folder: str) -> str | None:
    """The name of the first parameter of the function `module:name`; None where it is not told."""
    module, _, name = path.partition(":")
    tree = tree_of(module, folder)
    for node in tree.body if tree else ():
        if isinstance(node, ast.FunctionDef) and node.name == name:
            parameters = [*node.args.posonlyargs, *node.args.args]
            return parameters[0].arg if parameters else None
    return None


def _first(function: ast.FunctionDef, skip: int) -> bool:
    """Whether the parameter after `self` is called hp, or said to be HyperParameters."""
    parameters = [*function.args.posonlyargs, *function.args.args][skip:]
    if not parameters:
        return False
    said = parameters[0].annotation
    return parameters[0].arg == "hp" or (
        said is not None and "HyperParameters" in ast.unparse(said)
    )
