"""Where a cluster's job server is: `python -m sweeps.service.ray.job_address HOST:6379` says it.

The head knows; asking it takes Ray's client, which the service itself does without.
"""

from __future__ import annotations

import os
import subprocess
import sys

from sweeps.executors.executor import ClusterError
from sweeps.executors.ray.address import answers, found
from sweeps.executors.ray.connection import VARIABLES

VARIABLE = "RAY_API_SERVER_ADDRESS"
SECONDS = 30.0
CALL_SECONDS = 5.0

# -P: a file of the user's called `random.py` must not become Python's own.
COMMAND = (sys.executable, "-P", "-m", "sweeps.service.ray.job_address")


def job_server_of(address: str) -> str:
    """The address of the job server of the cluster at HOST:PORT, as Ray has it.

    RAY_API_SERVER_ADDRESS goes before. Raises ClusterError where nobody can tell.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return named
    environment = {
        **VARIABLES,
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    try:
        told = subprocess.run(
            [*COMMAND, address],
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        said = f"the head at {address} said nothing in the time that it has, {SECONDS:g} s"
        raise ClusterError(said) from error
    said = told.stdout.strip().rpartition("\n")[2]
    if told.returncode != 0:
        raise ClusterError(said or told.stderr.strip().rpartition("\n")[2])
    return said


def main(address: str) -> None:
    """Print it, or why it cannot be told."""
    try:
        print(_told_by(found(address)))
    except Exception as error:
        print(" ".join(str(error).split()))
        raise SystemExit(1) from error


def _told_by(place: str) -> str:
    if not answers(place):
        raise ClusterError(f"nobody answers at {place}, where a Ray cluster is to be")
    from ray import _raylet

    head = _raylet.GcsClient(address=place)  # type: ignore[attr-defined]
    told = head.internal_kv_get(b"dashboard", b"dashboard", timeout=CALL_SECONDS)
    if not told:
        raise ClusterError(
            f"the cluster at {place} has no job server: install ray[default] on its head"
        )
    return f"http://{told.decode()}"


if __name__ == "__main__":
    main(sys.argv[1])
