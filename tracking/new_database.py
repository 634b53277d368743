"""A new SQLite store, made whole or not at all.

MLflow builds a new database by some fifty migrations, which take seconds and which SQLite cannot
undo: a process killed among them leaves a file that no MLflow opens again ("table … already
exists"). So a new database is built under another name and put in place when it is finished.
"""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

_BUILDING = threading.Lock()


def create_whole(path: Path) -> None:
    """Make the database, unless there is a file already. Another process may do so at once.

    Raises what MLflow or the file system raise; then there is no file of that name.
    """
    # Another thread may still be at it, for a sweep that ended before MLflow was there.
    with _BUILDING:
        remove_abandoned(path)
        if not path.exists():
            _create(path)


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished-{os.getpid()}")
    try:
        _build(unfinished, path.parent / "mlruns")
        _put_in_place(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _put_in_place(unfinished: Path, path: Path) -> None:
    """Give the database its name, unless another process has made one meanwhile."""
    try:
        os.link(unfinished, path)
    except FileExistsError:
        return
    except OSError:
        # A file system without hard links. Unlike a link, a renaming would take the place of what
        # another process has made, so it comes second.
        if not path.exists():
            unfinished.rename(path)


def _build(path: Path, artifacts: Path) -> None:
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    SqlAlchemyStore(f"sqlite:///{path}", artifacts.as_uri()).engine.dispose()


def remove_abandoned(path: Path) -> None:
    """Remove what killed processes have left of its making, SQLite's journals as well."""
    for leftover in path.parent.glob(f"{path.name}.unfinished-*"):
        pid = re.search(r"unfinished-(\d+)(-\w+)?$", leftover.name)
        if pid and not _lives(int(pid.group(1))):
            leftover.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
