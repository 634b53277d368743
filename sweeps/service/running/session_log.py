"""What a sweep's coordinators say, in a file of the store."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from sweeps.redaction import redacted
from sweeps.store import Store


def log_file(store: Store, sweep_id: str) -> Path:
    """Where that is; it may not exist yet."""
    return store.folder / "service" / "logs" / f"{sweep_id}.log"


def last_line(path: Path, after: int) -> str:
    """The last line with words that was written behind the first `after` bytes; empty without."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(after, size - 4096))
            said = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1].partition("  ")[2] or lines[-1] if lines else ""


def stamped(clock: Callable[[], float] = time.time) -> Callable[[str], None]:
    """Writes lines to this process's standard output, each with its time (UTC) and no secrets."""

    def write(line: str) -> None:
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(clock()))
        sys.stdout.write(f"{when}  {redacted(line)}\n")
        sys.stdout.flush()

    return write
