"""The coordinator itself as a job of the cluster that trains its trials."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from sweeps.ledger.ledger import Ledger
from sweeps.store import Store
from tests.sweeps.executors.ray.heads import RAY, Head
from tests.sweeps.executors.ray.simulated import QUIET, NoClusterError

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
SWEEPS = "import sys; from sweeps.cli.app import main; main(sys.argv[1:])"


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a head's job server."""
    head = Head()
    try:
        head.start()
        yield head.job_server
    except NoClusterError as error:
        pytest.skip(str(error))
    finally:
        head.close()


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
