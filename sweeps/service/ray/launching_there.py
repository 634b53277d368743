"""Coordinators as jobs of a Ray cluster, submitted to its job server.

They outlive the service as those of this machine do: whoever serves next finds them by their
sweeps' leases, and by the cluster's list of jobs, to go on with their logs.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sweeps.executors.executor import ClusterError
from sweeps.ledger.jobs import Job
from sweeps.service.ray.job_address import job_server_of
from sweeps.service.ray.job_server import JobServer, JobServerError
from sweeps.service.ray.job_told import ENTRYPOINT, environment_for
from sweeps.service.ray.launched_there import LaunchedThere
from sweeps.service.running.session_log import log_file
from sweeps.service.settings import Settings

LOOK_SECONDS = 1.0
SWEEP, STORE = "sweeps.sweep", "sweeps.store"
"""Of a job's metadata: the sweep that it runs, and whose."""


@dataclass(frozen=True)
class Submission:
    """A job that is to be submitted."""

    launched: LaunchedThere
    sweep_id: str
    environment: dict[str, str]


class RayLauncher:
    """Starts coordinators on the cluster of the settings. Used by one thread at a time.

    A thread of its own talks to the job server, which `find` gives for the cluster's address: what
    it does not answer, nobody waits for. `say` gets what an operator should read.
    """

    def __init__(
        self,
        settings: Settings,
        say: Callable[[str], None],
        find: Callable[[str], str] = job_server_of,
    ) -> None:
        assert settings.cluster is not None, "coordinators are jobs of a cluster"
        self._settings = settings
        self._address = settings.cluster.address
        self._say = say
        self._find = find
        self._store = settings.store.place
        self._mark = _marked(settings.folder)
        self._server: JobServer | None = None
        self._trouble: str | None = None
        self._followed: dict[str, LaunchedThere] = {}
        self._wanted: list[Submission] = []
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._closed = False
        self._adopted = False
        self._thread = threading.Thread(target=self._work, name="sweeps-ray-jobs", daemon=True)
        self._thread.start()

    def launch(self, job: Job, gpus: Sequence[str]) -> LaunchedThere:  # noqa: ARG002
        """See `Launcher`; the cluster's GPUs are Ray's to give."""
        launched = LaunchedThere(
            f"sweeps-{job.sweep_id}-{job.launched_ms}", log_file(self._settings.store, job.sweep_id)
        )
        environment = environment_for(job, self._settings, self._mark, os.environ)
        with self._lock:
            self._wanted.append(Submission(launched, job.sweep_id, environment))
        self._woken.set()
        return launched

    def close(self) -> None:
        """Talk to the cluster no more; its jobs go on."""
        self._closed = True
        self._woken.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._closed:
            self._woken.clear()
            try:
                server = self._server or JobServer(self._find(self._address))
                self._look(server)
            except (JobServerError, ClusterError) as error:
                self._server = None
                self._out_of_reach(JobServerError(str(error)))
            else:
                self._server = server
                self._in_reach()
            self._woken.wait(LOOK_SECONDS)

    def _look(self, server: JobServer) -> None:
        """Submit what waits for it, and ask about all others."""
        if not self._adopted:
            self._adopt(server)
        while self._wanted and not self._closed:
            self._submit(server, self._wanted[0])
            with self._lock:
                self._wanted.pop(0)
        for launched in list(self._followed.values()):
            launched.look(server)
            if not launched.alive:
                del self._followed[launched.submission_id]

    def _adopt(self, server: JobServer) -> None:
        """Go on with the logs of jobs that an earlier service has submitted."""
        for status in server.jobs():
            about = status.metadata or {}
            if about.get(STORE) == self._store and SWEEP in about and not status.ended:
                log = log_file(self._settings.store, about[SWEEP])
                self._followed[status.submission_id] = LaunchedThere(status.submission_id, log)
        self._adopted = True

    def _submit(self, server: JobServer, wanted: Submission) -> None:
        launched = wanted.launched
        metadata = {SWEEP: wanted.sweep_id, STORE: self._store}
        entrypoint = f"{ENTRYPOINT} {wanted.sweep_id}"
        try:
            server.submit(launched.submission_id, entrypoint, wanted.environment, metadata)
        except JobServerError as error:
            if error.status is None:
                raise
            launched.fail(str(error))
            return
        self._followed[launched.submission_id] = launched

    def _out_of_reach(self, error: JobServerError) -> None:
        if self._trouble is None:
            self._say(f"coordinators wait for the cluster: {error}")
        self._trouble = str(error)
        with self._lock:
            waiting = [one.launched for one in self._wanted]
        for launched in (*waiting, *list(self._followed.values())):
            launched.out_of_reach(error)
        with self._lock:
            self._wanted = [one for one in self._wanted if one.launched.alive]

    def _in_reach(self) -> None:
        if self._trouble is not None:
            self._say("the cluster's job server answers again")
        self._trouble = None


def _marked(folder: Path) -> str:
    """The name of a file that shows the service's folder to whoever sees it."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("seen-*"):
        return old.name
    mark = f"seen-{secrets.token_hex(8)}"
    (folder / mark).touch()
    return mark
