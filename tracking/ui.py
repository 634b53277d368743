"""MLflow's web interface on the right store: started on this machine only, and ended with us."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psutil

from tracking.mlflow_tracker import MlflowTracker
from tracking.store_uri import database_folder, is_server, resolve, run_link
from tracking.tracker import TrackingError

HOST = "127.0.0.1"
PORT = 5000

_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    "PYTHONSAFEPATH": "1",
}
_NOT_INHERITED = {"MLFLOW_WORKSPACE", "MLFLOW_STATIC_PREFIX"}
_SECONDS_TO_STOP = 5.0
_LAST_WORDS = 600


@contextmanager
def serving_ui(
    uri: str | None = None, port: int | None = None, patience: float = 90.0
) -> Iterator[str]:
    """Serve MLflow's interface on `uri`'s store and yield its address; end the server afterwards.

    A store that is a server already is not served again: its own address is yielded. `port` is
    5000, or any free one when that is taken; one asked for and taken is a TrackingError, as is a
    server that does not answer within `patience` seconds.
    """
    uri = resolve(uri)
    if is_server(uri):
        yield uri
        return
    port = free_port(port)
    address = f"http://{HOST}:{port}"
    with tempfile.TemporaryFile() as output:
        server = started_ui(uri, ui_command(port), ui_environment(uri), output)
        try:
            _wait_for(server, address, output, patience)
            yield address
        finally:
            end_group(server.pid)
            server.wait()


def find_sweep_link(uri: str | None, sweep_id: str, base_url: str | None = None) -> str | None:
    """Return the page of a sweep's run in the interface at `base_url`; None if it has no run.

    `base_url` is what `serving_ui` yielded; a store that is a server needs none. Imports mlflow.
    """
    tracker = MlflowTracker(uri)
    found = tracker.find(sweep_id)
    tracker.close()
    return None if found is None else run_link(base_url or tracker.uri, *found)


def ui_command(port: int, host: str = HOST) -> list[str]:
    """Return the command that serves the store named in `ui_environment`."""
    network = ("--host", host, "--port", str(port), "--workers", "1")
    return [sys.executable, "-m", "mlflow", "server", *network]


def ui_environment(uri: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return our environment with the store in it: on a command line its password could be read."""
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    return {**inherited, **_SETTINGS, "MLFLOW_BACKEND_STORE_URI": uri, **(more or {})}


def started_ui(
    uri: str, command: list[str], environment: Mapping[str, str], output: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start the server in a process group of its own, so that all of it can be ended."""
    return subprocess.Popen(
        command,
        env=environment,
        cwd=database_folder(uri) or Path.cwd(),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def answers(address: str) -> bool:
    """Whether the server at this address is up and serves; whose certificate it has is not asked.

    Nothing is told to it that others must not hear.
    """
    tls = urllib.request.HTTPSHandler(context=ssl._create_unverified_context())
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}), tls)
    with suppress(OSError), direct.open(f"{address}/health", timeout=2):
        return True
    return False


def end_group(group: int) -> None:
    """End every process of the group: by asking, then, after some seconds, by force."""
    for order in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(group, order)
        until = time.monotonic() + _SECONDS_TO_STOP
        while _is_alive(group) and time.monotonic() < until:
            time.sleep(0.05)


def _is_alive(group: int) -> bool:
    """Whether a process of the group still runs; ended ones may linger until they are reaped."""
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                return True
    return False


def _wait_for(
    server: subprocess.Popen[bytes], address: str, output: IO[bytes], patience: float
) -> None:
    """Return once the server answers; importing MLflow alone takes it seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.2)
            raise TrackingError(f"the MLflow interface did not start: {_last_words(output)}")
        if answers(address):
            return
    raise TrackingError(f"the MLflow interface at {address} gave no answer in {patience:.0f} s")


def _last_words(output: IO[bytes]) -> str:
    output.seek(0)
    return " ".join(output.read().decode(errors="replace").split())[-_LAST_WORDS:]


def free_port(wanted: int | None, host: str = HOST, rather: int = PORT) -> int:
    """Return the port asked for (TrackingError if it is taken), or `rather`, or a free one."""
    for port in (rather, 0) if wanted is None else (wanted,):
        with suppress(OSError), socket.socket(_family(host)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    raise TrackingError(f"port {wanted} on {host} is taken; leave the port out to have a free one")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
