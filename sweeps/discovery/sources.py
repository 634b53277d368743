"""Which files of a folder a user's module is made of, told from their text: nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from sweeps.discovery.source import file_of


@dataclass(frozen=True)
class Source:
    """A module's file, and its text when it was read."""

    file: Path
    text: bytes


def sources_of(module: str, folder: str) -> tuple[bytes, ...]:
    """The text of a module and of all that it imports from the folder, in turn; by their names.

    Empty where the module has no file there. What is imported by a name that is put together as
    the program runs is not found.
    """
    found = named_sources(module, folder)
    return tuple(found[name].text for name in sorted(found))


def named_sources(module: str, folder: str) -> dict[str, Source]:
    """The same by the names of the modules."""
    found: dict[str, Source] = {}
    waiting = _with_packages(module)
    while waiting:
        name = waiting.pop()
        file = None if name in found else file_of(name, folder)
        if file is not None:
            found[name] = Source(file, file.read_bytes())
            package = name if file.name == "__init__.py" else name.rpartition(".")[0]
            waiting += _imported_in(found[name].text, package)
    return found


@lru_cache(maxsize=256)
def _imported_in(text: bytes, package: str) -> tuple[str, ...]:
    """What the text of a module in that package may import; some of it may be no modules."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return ()
    return tuple(each for name in _named_in(tree, package) for each in _with_packages(name))


def _named_in(tree: ast.Module, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = [*(above if node.level else ()), *([node.module] if node.module else ())]
            yield from (".".join([*base, alias.name]).strip(".") for alias in node.names)


def _with_packages(name: str) -> list[str]:
    """`a.b.c` is imported after `a` and `a.b`."""
    return list(accumulate(name.split("."), lambda package, part: f"{package}.{part}"))
