"""The sender is killed at every point where a crash could lose or double a run."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.tracking.deliveries import check_store, records

pytestmark = pytest.mark.slow

TRIALS = 20
STRIKES = (
    "run_creation:kill:1",  # nothing is there
    "batch:kill:1",  # the parent is created and empty
    "run_creation:kill:3",
    "batch:kill:5",  # a child is created and empty
    "batch:kill:5",  # and once more
    "terminate:kill:4",  # a child is written, and runs
    "terminate:kill:1",
    "terminate:kill:9",
    "",
    "",  # a replay
)
# Importing MLflow takes seconds, so it is imported once and each session is a fork of that.
SESSIONS = f"""
import os, sys
import mlflow
from tests.tracking.deliveries import Delivery, records
from tracking.failure_points import VARIABLE
for strike in sys.argv[2:]:
    session = os.fork()
    if session == 0:
        if strike:
            os.environ[VARIABLE] = strike
        sent = Delivery(sys.argv[1], "3f9a2c", records("3f9a2c", {TRIALS})).all()
        os._exit(0 if sent.ended.wait(60) and sent.close() == 0 else 1)
    print(os.waitstatus_to_exitcode(os.waitpid(session, 0)[1]))
"""


def test_killed_again_and_again(store_uri: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SESSIONS, store_uri, *STRIKES],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.split()
    killed = str(int(-signal.SIGKILL))
    assert dict(enumerate(ended)) == {
        place: killed if strike else "0" for place, strike in enumerate(STRIKES)
    }
    check_store(store_uri, "3f9a2c", records("3f9a2c", TRIALS))
