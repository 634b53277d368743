"""A Ray cluster's job server, over HTTP: Ray's own client waits for an answer as long as it takes.

Its interface is that of https://docs.ray.io/en/latest/cluster/running-applications/job-submission/.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sweeps.executors.ray.token import NoTokenError, token_in

SECONDS = 5.0
"""What an answer may take. Submissions wait for Ray to start a process."""
SUBMIT_SECONDS = 30.0

NOT_FOUND = 404
ENDED = ("STOPPED", "SUCCEEDED", "FAILED")


class JobServerError(RuntimeError):
    """The server cannot be reached, or does not do what is asked; one line says why.

    `status` is that of its answer, None without one.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class JobStatus:
    """How a job stands. `message` is Ray's word on it, `exit_code` that of its process."""

    submission_id: str
    state: str
    message: str = ""
    exit_code: int | None = None
    metadata: Mapping[str, str] | None = None

    @property
    def ended(self) -> bool:
        """Whether its process is gone, or never comes."""
        return self.state in ENDED


class JobServer:
    """The job server at an address as http://127.0.0.1:8265.

    Every method raises JobServerError; `status` is None of a job that the cluster does not know.
    """

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")

    def submit(
        self,
        submission_id: str,
        entrypoint: str,
        environment: Mapping[str, str],
        metadata: Mapping[str, str],
    ) -> None:
        """Start a job; one that was started under that id before is left as it is."""
        asked = {
            "entrypoint": entrypoint,
            "submission_id": submission_id,
            "runtime_env": {"env_vars": dict(environment)},
            "metadata": dict(metadata),
        }
        try:
            self._ask("POST", "/api/jobs/", asked, SUBMIT_SECONDS)
        except JobServerError:
            if self.status(submission_id) is None:
                raise

    def status(self, submission_id: str) -> JobStatus | None:
        """How it stands."""
        try:
            return _read(self._ask("GET", f"/api/jobs/{quote(submission_id)}"))
        except JobServerError as error:
            if error.status == NOT_FOUND:
                return None
            raise

    def jobs(self) -> list[JobStatus]:
        """All that were submitted."""
        told = self._ask("GET", "/api/jobs/")
        return [_read(one) for one in told if one.get("submission_id")]

    def stop(self, submission_id: str) -> None:
        """Ask for its end: SIGTERM, and SIGKILL some seconds later."""
        self._ask("POST", f"/api/jobs/{quote(submission_id)}/stop")

    def log(self, submission_id: str) -> str:
        """All that it has written so far."""
        return str(self._ask("GET", f"/api/jobs/{quote(submission_id)}/logs").get("logs") or "")

    def _ask(self, method: str, path: str, body: object = None, seconds: float = SECONDS) -> Any:
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **_authorization()}
        request = urllib.request.Request(self.address + path, content, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                said = " ".join(error.read(2000).decode("utf-8", "replace").split())
            raise JobServerError(
                f"Ray's job server answers {error.code}: {said}", error.code
            ) from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise JobServerError(
                f"Ray's job server at {self.address} cannot be reached: {reason} (is it elsewhere? "
                "say so by RAY_API_SERVER_ADDRESS)"
            ) from error


def _read(told: Mapping[str, Any]) -> JobStatus:
    return JobStatus(
        submission_id=told["submission_id"],
        state=told["status"],
        message=told.get("message") or "",
        exit_code=told.get("driver_exit_code"),
        metadata=told.get("metadata"),
    )


def _authorization() -> Mapping[str, str]:
    """The header that lets us in. Raises JobServerError where a token is wanted, and none is."""
    try:
        token = token_in(os.environ)
    except NoTokenError as error:
        raise JobServerError(str(error)) from error
    return {} if token is None else {"Authorization": f"Bearer {token.text}"}
