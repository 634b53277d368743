"""Paths that somebody typed, inside the folders that the operator registered and nowhere else."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path, PurePath


def roots_of(folders: Sequence[Path]) -> list[Path]:
    """The registered folders, every link followed."""
    return [Path(os.path.realpath(folder)) for folder in folders]


def below(typed: str, folders: Sequence[Path]) -> list[Path]:
    """What a path may stand for: itself, or where it would be below each of the folders.

    All links are followed, and only what is inside then is given; it need not exist. A path that
    names anything outside (an absolute one, `..`, `~`) gives nothing, and nothing is looked at: not
    even the time that it takes tells what there is.
    """
    path = PurePath(typed)
    if not typed.strip() or "\0" in typed or typed.startswith("~") or ".." in path.parts:
        return []
    roots = roots_of(folders)
    if path.is_absolute():
        named = [root for root in (*folders, *roots) if root.is_absolute()]
        places = [Path(path)] if any(path.is_relative_to(root) for root in named) else []
    else:
        places = [root / path for root in roots]
    resolved = [Path(os.path.realpath(place)) for place in places]
    return [place for place in dict.fromkeys(resolved) if is_inside(place, roots)]


def is_file(place: Path) -> bool:
    """Whether there is such a file; none has a name that is too long to be one."""
    try:
        return stat.S_ISREG(place.stat().st_mode)
    except OSError:
        return False


def is_inside(place: Path, roots: Sequence[Path]) -> bool:
    """Whether a path without links is one of the folders, or below one."""
    return any(place.is_relative_to(root) for root in roots)
