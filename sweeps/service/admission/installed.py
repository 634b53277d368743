"""Modules of installed packages, told from files: nothing is imported.

What lies in the working folder is not installed, although the folder may be on the import path.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sweeps.discovery.module_spec import spec_in


def installed(module: str) -> Path | None:
    """The file that an import of the module would read; None where no installed package has it.

    A namespace package has no file, and is none; what lies in it may be one, however deep.
    """
    spec = spec_in(module, sys.path)
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).absolute()
    return None if _found_on(file).samefile(Path.cwd()) else file


def _found_on(file: Path) -> Path:
    """The place of the import path that the file is of, which is the innermost one around it."""
    places = (Path(place).absolute() for place in sys.path)
    around = [place for place in places if file.is_relative_to(place)]
    return max(around, key=lambda place: len(place.parts), default=file.parent)
