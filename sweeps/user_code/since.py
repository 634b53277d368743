"""What became of the user's code since a sweep began that is now gone on with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sweeps.discovery.presence import check_present
from sweeps.discovery.source import file_of
from sweeps.sweep import Sweep


def look_again(sweep: Sweep, began_ms: int, say: Callable[[str], None]) -> None:
    """Refuse to go on without the code; say that its module was changed, by the file's time.

    `began_ms` is in milliseconds since 1970. Raises SweepError for a module or name that is gone.
    """
    subject = sweep.subject
    if subject.kind == "network":
        return
    check_present(subject.path, sweep.folder, (subject.kind,))
    file = file_of(subject.path.partition(":")[0], sweep.folder)
    if file is not None and _changed_ms(file) > began_ms:
        say(
            f"{file.name} was changed after this sweep had begun: trials from now on may not be "
            "comparable to those before"
        )


def _changed_ms(file: Path) -> float:
    return file.stat().st_mtime * 1000
