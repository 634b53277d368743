"""The coordinator itself as a job of the cluster that trains its trials."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from sweeps.ledger import Ledger
from sweeps.store import Store
from tests.sweeps.executors.ray.simulated import QUIET, STORE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        find_spec("ray") is None or find_spec("aiohttp_cors") is None,
        reason="Ray's job server needs ray[default]",
    ),
]

SWEEP = """
function: written:objective
objective: {metric: score, goal: maximize}
search: {backend: random, trials: 8}
space: {x: {low: -3.0, high: 3.0}}
"""
RAY = (sys.executable, "-m", "ray.scripts.scripts")
SWEEPS = "import sys; from sweeps.cli.app import main; main(sys.argv[1:])"


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a head's job server."""
    ports = [f"--port={free_port()}", f"--dashboard-port={(port := free_port())}"]
    ports.append(f"--dashboard-agent-listen-port={free_port()}")  # another head has the usual one
    size = ["--num-cpus=2", f"--object-store-memory={STORE}"]
    head = subprocess.Popen(
        [*RAY, "start", "--head", "--block", *ports, *size],
        env={**os.environ, **QUIET, "PYTHONPATH": str(Path.cwd())},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}", head)
        yield f"http://127.0.0.1:{port}"
    finally:
        head.terminate()
        head.wait(30)
        # What the head has started is a group of its own; none of it is to stay.
        with suppress(ProcessLookupError):
            os.killpg(head.pid, signal.SIGKILL)


def _wait_for(address: str, head: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 40
    while True:
        try:
            with urlopen(f"{address}/api/version"):
                return
        except URLError as error:
            if isinstance(error, HTTPError):
                error.close()
            if head.poll() is not None or time.monotonic() > deadline:
                pytest.skip(f"no Ray head can be started here: {error}")
            time.sleep(0.2)


def test_a_submitted_coordinator_finds_the_cluster_that_it_is_on(
    server: str, tmp_path: Path
) -> None:
    (tmp_path / "sweep.yaml").write_text(SWEEP)
    (tmp_path / "written.py").write_text("def objective(config):\n    return config['x']\n")
    run = shlex.join([sys.executable, "-c", SWEEPS, "run", "sweep.yaml", "--executor", "ray"])
    settings = "MLFLOW_TRACKING_URI=sqlite:///mlflow.db"
    entry = f"cd {shlex.quote(str(tmp_path))} && {settings} {run}"
    done = _submitted(server, entry)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "finished, 8 trials" in done.stdout
    with closing(Ledger.open(Store.at(tmp_path / ".sweeps").ledger_url)) as ledger:
        (row,) = ledger.sweeps()
    assert (row.done, row.failed) == (8, 0)


def _submitted(server: str, entry: str) -> subprocess.CompletedProcess[str]:
    """The job's end. A head takes jobs a little later than it answers questions."""
    deadline = time.monotonic() + 40
    while True:
        done = subprocess.run(
            [*RAY, "job", "submit", f"--address={server}", "--", "bash", "-c", entry],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **QUIET},
        )
        if "No available agent" not in done.stderr or time.monotonic() > deadline:
            return done
