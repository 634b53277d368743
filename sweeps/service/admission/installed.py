"""Modules of installed packages, told from files: nothing is imported.

What lies in the working folder is not installed, although the folder may be on the import path.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec, PathFinder
from itertools import accumulate
from pathlib import Path


def installed(module: str) -> Path | None:
    """The file that an import of the module would read; None where no installed package has it."""
    names = accumulate(module.split("."), lambda package, part: f"{package}.{part}")
    spec = PathFinder.find_spec(next(names))
    for name in names:
        spec = _within(spec, name)
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).absolute()
    return None if _found_on(file).samefile(Path.cwd()) else file


def _within(package: ModuleSpec | None, name: str) -> ModuleSpec | None:
    places = None if package is None else package.submodule_search_locations
    return None if places is None else PathFinder.find_spec(name, list(places))


def _found_on(file: Path) -> Path:
    """The place of the import path that the file is of, which is the innermost one around it."""
    places = (Path(place).absolute() for place in sys.path)
    around = [place for place in places if file.is_relative_to(place)]
    return max(around, key=lambda place: len(place.parts), default=file.parent)
