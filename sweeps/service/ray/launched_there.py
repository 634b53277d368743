"""A coordinator that is a Ray job, as far as the service knows about it."""

from __future__ import annotations

import time
from pathlib import Path

from sweeps.service.ray.job_log import JobLog
from sweeps.service.ray.job_server import JobServer, JobServerError, JobStatus
from sweeps.service.running.session_log import last_line

OUT_OF_REACH_SECONDS = 30.0
"""After so long without an answer about it, it is for the sweep's lease to say whether it lives."""

LOG_EVERY = 2.0
LOG_BYTES_A_SECOND = 200_000
"""All of a log comes each time; one that is long is asked for more seldom."""

clock = time.monotonic


class LaunchedThere:
    """One job. `look`, in the launcher's thread, asks the cluster; the rest says what was told."""

    def __init__(self, submission_id: str, log: Path) -> None:
        self.submission_id = submission_id
        self._file = log
        self._said_before = log.stat().st_size if log.exists() else 0
        self._log = JobLog(log, submission_id)
        self._status: JobStatus | None = None
        self._lost = ""
        self._heard_at = self._log_at = clock()
        self._stopping = False
        self._stop_sent = False

    @property
    def alive(self) -> bool:
        """Whether its job runs, or is going to, or that cannot be told for a moment."""
        return not self._lost and (self._status is None or not self._status.ended)

    @property
    def excused(self) -> bool:
        """Whether the cluster has lost it, or it found ledger or cluster away."""
        from sweeps.service.running.coordinating import AWAY

        return bool(self._lost) or (self._status is not None and self._status.exit_code == AWAY)

    @property
    def last_words(self) -> str:
        """What became of it, or the last line that it has said."""
        if self._lost:
            return self._lost
        if self._status is not None and self._status.ended and self._status.exit_code is None:
            return (
                " ".join(self._status.message.split())[:500] or f"its job is {self._status.state}"
            )
        return last_line(self._file, self._said_before)

    def terminate(self) -> None:
        """SIGTERM, by the job server, soon; Ray adds SIGKILL."""
        self._stopping = True

    def kill(self) -> None:
        """Ray knows no other way."""
        self.terminate()

    def fail(self, why: str) -> None:
        """It could not be submitted."""
        self._lost = why

    def look(self, server: JobServer) -> None:
        """Ask how it stands and what it says. Raises JobServerError when nobody answers."""
        status = server.status(self.submission_id)
        self._heard_at = clock()
        if status is None:
            self._lost = "the Ray cluster does not know its job any more: its head was started anew"
            return
        if self._stopping and not self._stop_sent and not status.ended:
            server.stop(self.submission_id)
            self._stop_sent = True
        if status.ended or clock() >= self._log_at:
            self._take(server.log(self.submission_id))
        self._status = status

    def out_of_reach(self, error: JobServerError) -> None:
        """Nobody answers about it."""
        if clock() - self._heard_at > OUT_OF_REACH_SECONDS:
            self._lost = str(error)

    def _take(self, said: str) -> None:
        self._log.take(said)
        self._log_at = clock() + max(LOG_EVERY, len(said) / LOG_BYTES_A_SECOND)
