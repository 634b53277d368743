"""Where compiled programs are kept between runs: a folder of the user's, safe to delete."""

from __future__ import annotations

import hashlib
import platform
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sweeps.cache_folder import VARIABLE as VARIABLE
from sweeps.cache_folder import cache_folder


@dataclass(frozen=True)
class Kept:
    """What a cache folder holds."""

    folder: Path
    programs: int
    bytes: int


def folder() -> Path:
    """The folder of compiled programs: in `$SWEEPS_CACHE_DIR`, or the user's own cache folder.

    Programs lie in a folder for each kind of processor: a home may be shared by several machines,
    and a program made for one of them may use instructions that another does not have.
    """
    return cache_folder() / "programs"


def folder_of_this_processor() -> Path:
    """The part of the folder that this machine reads and writes."""
    return folder() / hashlib.sha256(_processor().encode()).hexdigest()[:12]


def kept() -> Kept:
    """What is there now; nothing, where there is no folder yet."""
    sizes: dict[str, int] = {}
    for path in _files():
        with suppress(FileNotFoundError):  # another process may be clearing the folder
            sizes[str(path)] = path.stat().st_size
    programs = [name for name in sizes if name.endswith("-cache")]
    return Kept(folder(), len(programs), sum(sizes.values()))


def clear() -> Kept:
    """Delete the compiled programs, and say what there was. They are compiled again when needed."""
    found = kept()
    for path in _files():
        path.unlink(missing_ok=True)
    return found


def _files() -> list[Path]:
    return [path for path in folder().rglob("*") if path.is_file()]


def _processor() -> str:
    """What tells this processor's instructions from another's, as far as can be had."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    return next((line for line in lines if line.startswith(("flags", "Features"))), "")
