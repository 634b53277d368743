"""What a Ray job says, brought into the log of its sweep where everybody reads it."""

from __future__ import annotations

import json
from pathlib import Path


class JobLog:
    """Adds what is new of a job's output to a file; how far it has come is kept beside that.

    So it goes on where it was after a restart of the service.
    """

    def __init__(self, file: Path, submission_id: str) -> None:
        self._file = file
        self._mark = file.with_suffix(".ray")
        self._job = submission_id

    def take(self, said: str) -> None:
        """All that the job has said so far; a line that is not whole yet waits for its end."""
        whole = said[: said.rfind("\n") + 1]
        taken = self._taken()
        if len(whole) <= taken:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(whole[taken:])
        self._mark.write_text(json.dumps([self._job, len(whole)]), encoding="utf-8")

    def _taken(self) -> int:
        try:
            job, taken = json.loads(self._mark.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return 0
        return int(taken) if job == self._job else 0
