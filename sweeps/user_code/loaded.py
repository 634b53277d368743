"""Which files of the user's this process has imported, and how they stood then.

A module that was imported is not read again: when its file changes, what runs is the old text.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

Stamp = tuple[int, int]
"""Of a file: time of change in ns, bytes. A changed file has another."""

_as_imported: dict[str, Stamp] = {}


def stamp_of(file: Path) -> Stamp | None:
    """How the file stands; None where it is gone."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size


@contextmanager
def noted(folder: str) -> Iterator[None]:
    """Remember the files of the folder that are imported within."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None)
        if file is not None and folder and Path(file).is_relative_to(folder):
            stamp = stamp_of(Path(file))
            if stamp is not None:
                _as_imported[file] = stamp


def is_what_runs(name: str, file: Path) -> bool:
    """Whether the module of that name is, or would be when it is imported, what stands in the file.

    One that somebody else has imported is known to be that if its file is older than this process.
    """
    module = sys.modules.get(name)
    if module is None:
        return True
    known = _as_imported.get(str(getattr(module, "__file__", "")))
    now = stamp_of(file)
    if known is not None:
        return known == now
    return now is not None and now[0] < _process_began() * 1e9


@lru_cache(maxsize=1)
def _process_began() -> float:
    """In seconds since 1970."""
    import psutil

    return psutil.Process().create_time()
