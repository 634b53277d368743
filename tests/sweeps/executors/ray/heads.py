"""A head as `ray start` starts it, at ports that it keeps when it is killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tests.sweeps.executors.ray.simulated import QUIET, STORE, NoClusterError

RAY = (sys.executable, "-m", "ray.scripts.scripts")
START_SECONDS = 60.0


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Head:
    """One machine with two cores, and a job server. Every start of it is a new cluster."""

    def __init__(self) -> None:
        self._port, self._jobs, self._agent = free_port(), free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def job_server(self) -> str:
        return f"http://127.0.0.1:{self._jobs}"

    def start(self) -> None:
        """Wait until its job server answers. Raises NoClusterError when that never does."""
        ports = [f"--port={self._port}", f"--dashboard-port={self._jobs}"]
        ports.append(f"--dashboard-agent-listen-port={self._agent}")  # another has the usual one
        size = ["--num-cpus=2", f"--object-store-memory={STORE}"]
        self._process = subprocess.Popen(
            [*RAY, "start", "--head", "--block", *ports, *size],
            env={**os.environ, **QUIET, "PYTHONPATH": str(Path.cwd())},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait(self._process)

    def kill(self) -> None:
        """All of it, as when its machine fails."""
        assert self._process is not None, "it was started"
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(30)

    def close(self) -> None:
        """End it in order; none of what it has started is to stay."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self.kill()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with urlopen(f"{self.job_server}/api/version"):
                    return
            except URLError as error:
                if isinstance(error, HTTPError):
                    error.close()
                if process.poll() is not None or time.monotonic() > deadline:
                    raise NoClusterError(f"no Ray head can be started here: {error}") from error
                time.sleep(0.2)
