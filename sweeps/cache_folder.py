"""Where this package keeps what it can make again: a folder of the user's, safe to delete."""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "SWEEPS_CACHE_DIR"


def cache_folder() -> Path:
    """`$SWEEPS_CACHE_DIR`, or this package's part of the user's own cache folder."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else _of_the_user() / "keras-sweeps"


def _of_the_user() -> Path:
    named = os.environ.get("XDG_CACHE_HOME")
    if named:
        return Path(named)
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
