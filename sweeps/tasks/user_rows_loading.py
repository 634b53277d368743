"""Where the user's rows lie in files, and the process that puts them there."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Any

from sweeps.errors import SweepError
from sweeps.executors.import_path import handing_over
from sweeps.executors.secrecy import without_secrets
from sweeps.tasks.user_rows_kept import ERROR, META, Kept, read_kept

PATH = ("task", "load")


def new_place() -> str:
    """A folder that is not there yet, to keep rows in while a sweep runs."""
    return str(Path(tempfile.gettempdir(), f"sweeps-rows-{uuid.uuid4().hex}"))


@lru_cache(maxsize=2)
def rows_at(place: str, path: str, folder: str, options: str) -> Kept:
    """The rows that are kept there; they are loaded first where they are not.

    What this process has loaded goes when it ends. Raises SweepError, its `lines` those of the
    user's code, when loading fails.
    """
    if not Path(place, META).exists():
        _load_into(place, path, folder, options)
    return read_kept(Path(place))


def _load_into(place: str, path: str, folder: str, options: str) -> None:
    scratch = Path(f"{place}-{os.getpid()}")
    scratch.mkdir(mode=0o700)
    try:
        _run(scratch, path, folder, options)
        atexit.register(shutil.rmtree, place, ignore_errors=True)
        scratch.rename(place)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _run(scratch: Path, path: str, folder: str, options: str) -> None:
    """Raises SweepError unless the rows are in the folder afterwards."""
    # -P: a file of the user's called `random.py` must not become Python's own.
    command = [sys.executable, "-P", "-m", "sweeps.tasks.user_rows_child"]
    environment = {
        **handing_over(without_secrets(os.environ)),
        "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "3"),
    }
    child = subprocess.run(
        [*command, path, folder, str(scratch), options],
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    failed = scratch / ERROR
    if failed.exists():
        told: dict[str, Any] = json.loads(failed.read_text(encoding="utf-8"))
        raise SweepError(told["error"], PATH, lines=told["lines"])
    if not (scratch / META).exists():
        last = child.stderr.strip().rpartition("\n")[2]
        message = f"{path}: its process ended with exit code {child.returncode}: {last}"
        raise SweepError(message, PATH)
