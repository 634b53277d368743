"""What a service is asked to do: take a sweep in, and change how one goes on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from sweeps.client.connection import Connection
from sweeps.client.info import Info, info_from, understood
from sweeps.client.remote_view import SWEEPS
from sweeps.trial import Reason

Order = Literal["pause", "resume", "stop", "cancel"]


@dataclass(frozen=True)
class Submission:
    """A sweep file's text, and with what it is to be run (see `sweeps.ledger.jobs.Order`)."""

    file: str
    file_name: str
    overrides: Sequence[str] = ()
    priority: int = 0
    workers: int = 1
    gpus: int = 0
    gpu_share: float | None = None
    memo: bool = True


def submit(connection: Connection, submission: Submission, key: str) -> Info:
    """A new sweep in the queue; the same one again for a key that was used before."""
    body = {
        "file": submission.file,
        "file_name": submission.file_name,
        "set": list(submission.overrides),
        "priority": submission.priority,
        "workers": submission.workers,
        "gpus": submission.gpus,
        "gpu_share": submission.gpu_share,
        "memo": submission.memo,
    }
    return _read(connection, connection.post(SWEEPS, body, key))


def order(connection: Connection, sweep_id: str, command: Order) -> Info:
    """Have a sweep paused, resumed, stopped or cancelled; how it stands as that is taken."""
    return _read(connection, connection.post(_path(sweep_id, command)))


def retry(connection: Connection, sweep_id: str, reasons: Collection[Reason] | None) -> Info:
    """Have failed trials run again, those with these reasons or (None) all that failed."""
    body = {"reasons": None if reasons is None else list(reasons)}
    return _read(connection, connection.post(_path(sweep_id, "retry"), body, repeatable=False))


def extend(connection: Connection, sweep_id: str, trials: int) -> Info:
    """Give a sweep so many trials more."""
    body = {"trials": trials}
    return _read(connection, connection.post(_path(sweep_id, "extend"), body, repeatable=False))


def _path(sweep_id: str, command: str) -> str:
    return f"{SWEEPS}/{quote(sweep_id, safe='')}/{command}"


def _read(connection: Connection, answer: Any) -> Info:
    with understood(connection.url):
        return info_from(answer)
