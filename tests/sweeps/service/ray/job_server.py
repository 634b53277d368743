"""A made-up job server of a cluster: Ray's interface over HTTP, without Ray."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Any]


class MadeUpJobs:
    """What the cluster knows of its jobs. A test changes it as Ray would; nothing ends by itself.

    With a `token`, nobody is answered without it. `refuses` is what submissions are answered.
    """

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.stopped: list[str] = []
        self.asked: list[str] = []
        self.token: str | None = None
        self.refuses: Answer | None = None
        self.address = ""

    def answer(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        """A status, and what is sent as JSON."""
        self.asked.append(f"{method} {path}")
        if self.token is not None and headers.get("Authorization") != f"Bearer {self.token}":
            return 401, "Unauthorized: Missing authentication token"
        if (method, path) == ("POST", "/api/jobs/"):
            return self._submitted(body)
        if path == "/api/jobs/":
            return 200, list(self.jobs.values())
        _, _, _, submission_id, *rest = path.split("/")
        if submission_id not in self.jobs:
            return 404, f"Job {submission_id} does not exist"
        job = self.jobs[submission_id]
        match rest:
            case ["logs"]:
                return 200, {"logs": job["logs"]}
            case ["stop"]:
                self.stopped.append(submission_id)
                return 200, {"stopped": True}
            case _:
                return 200, job

    def _submitted(self, body: Any) -> Answer:
        if self.refuses is not None:
            return self.refuses
        if body["submission_id"] in self.jobs:
            return 500, f"Job with submission_id {body['submission_id']} already exists"
        self.jobs[body["submission_id"]] = {**body, "status": "RUNNING", "message": "", "logs": ""}
        return 200, {"submission_id": body["submission_id"], "job_id": body["submission_id"]}

    def end(self, submission_id: str, status: str, exit_code: int | None) -> None:
        """What Ray says of a job that has ended."""
        self.jobs[submission_id] |= {"status": status, "driver_exit_code": exit_code}


@contextmanager
def serving(jobs: MadeUpJobs, port: int = 0) -> Iterator[MadeUpJobs]:
    """At an address of this machine, within the block."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            status, content = jobs.answer(self.command, self.path, body, dict(self.headers))
            sent = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = _answer  # noqa: N815 - so called by the standard library

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    jobs.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield jobs
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
