"""Where compiled programs are kept between runs: a folder of the user's, safe to delete."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "SWEEPS_CACHE_DIR"


@dataclass(frozen=True)
class Kept:
    """What a cache folder holds."""

    folder: Path
    programs: int
    bytes: int


def folder() -> Path:
    """The folder of compiled programs: in `$SWEEPS_CACHE_DIR`, or the user's own cache folder."""
    named = os.environ.get(VARIABLE)
    return (Path(named) if named else _of_the_user() / "keras-sweeps") / "programs"


def kept() -> Kept:
    """What is there now; nothing, where there is no folder yet."""
    sizes: dict[str, int] = {}
    for path in folder().glob("*"):
        with suppress(FileNotFoundError):  # another process may be clearing the folder
            sizes[path.name] = path.stat().st_size
    programs = [name for name in sizes if name.endswith("-cache")]
    return Kept(folder(), len(programs), sum(sizes.values()))


def clear() -> Kept:
    """Delete the compiled programs, and say what there was. They are compiled again when needed."""
    found = kept()
    for path in folder().glob("*"):
        path.unlink(missing_ok=True)
    return found


def _of_the_user() -> Path:
    named = os.environ.get("XDG_CACHE_HOME")
    if named:
        return Path(named)
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
