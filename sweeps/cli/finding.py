"""What a look at one part of a machine found."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One part: `said` for a person, `facts` as plain data for a program.

    `trouble` is what is wrong with it and the way out, None when it is in order. A `hint` is what
    could be better.
    """

    name: str
    said: str
    facts: Any
    trouble: str | None = None
    hint: str | None = None


def existing(folder: Path) -> Path:
    """The folder, or what there is of its parents."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def write_into(folder: Path) -> None:
    """Raise OSError unless files can be made in the folder, or in what there is of its parents."""
    with tempfile.TemporaryFile(dir=existing(folder)):
        pass
